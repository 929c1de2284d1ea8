// SPDX-License-Identifier: GPL-3.0-only
// A line of text in pieces: each with its tone, weight and perhaps a tier glyph before it. Headers, headline numbers, table
// cells and banners are written with it. QtGui only, so that models may use it.
#pragma once
#include <QMetaType>
#include <QString>
#include <optional>
#include <vector>

#include "theme/theme.h"

class QPainter;
class QRectF;
class QFont;

namespace signalbox::ui {

struct TextRun {
  QString text;
  Tone tone = Tone::Text;
  bool bold = false;
  bool small = false;             // 0.88 of the line's font
  std::optional<TierKey> tier{};  // its glyph stands before the text
  bool tierTone = false;          // text in the tier's text colour
};

using TextLine = std::vector<TextRun>;

[[nodiscard]] QString plainText(const TextLine& line);
[[nodiscard]] double lineWidth(const TextLine& line, const QFont& font);

// Draws on one line, vertically centred; elides at the right where it does not fit. Returns the width used.
double drawLine(QPainter& painter, const QRectF& box, const TextLine& line, const QFont& font, const Theme& theme,
                Qt::Alignment alignment = Qt::AlignLeft);

}  // namespace signalbox::ui

Q_DECLARE_METATYPE(signalbox::ui::TextLine)
