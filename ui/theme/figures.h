// SPDX-License-Identifier: GPL-3.0-only
// Tabular figures where the font has none: QFont::setFeature comes only with Qt 6.7. When the advances of 0–9 differ, each
// digit is drawn in a cell as wide as the widest; when they are equal, text is drawn as it is. Alignment is absolute: callers
// mirror it themselves.
#pragma once
#include <QFont>
#include <QString>

class QPainter;
class QRectF;

namespace signalbox::ui::figures {

[[nodiscard]] bool areTabular(const QFont& font);
[[nodiscard]] double width(const QString& text, const QFont& font);
void draw(QPainter& painter, const QRectF& rect, Qt::Alignment alignment, const QString& text, const QFont& font);

}  // namespace signalbox::ui::figures
