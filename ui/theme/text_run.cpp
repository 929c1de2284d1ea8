// SPDX-License-Identifier: GPL-3.0-only
#include "theme/text_run.h"

#include <QFontInfo>
#include <QFontMetricsF>
#include <QPainter>

#include "theme/figures.h"
#include "theme/metrics.h"
#include "theme/paint.h"

namespace signalbox::ui {
namespace {

QFont fontOf(const TextRun& run, const QFont& line) {
  QFont font = line;
  if (run.bold) font.setBold(true);
  if (run.small) font.setPointSizeF(QFontInfo(line).pointSizeF() * 0.88);
  return font;
}

double glyphRoom(const TextRun& run, const Metrics& m) { return run.tier ? m.tierGlyph() + (run.text.isEmpty() ? 0 : m.u) : 0; }

}  // namespace

QString plainText(const TextLine& line) {
  QString text;
  for (const TextRun& run : line) text += run.text;
  return text;
}

double lineWidth(const TextLine& line, const QFont& font) {
  const Metrics m = Metrics::of(font);
  double width = 0;
  for (const TextRun& run : line) width += glyphRoom(run, m) + figures::width(run.text, fontOf(run, font));
  return width;
}

double drawLine(QPainter& painter, const QRectF& box, const TextLine& line, const QFont& font, const Theme& theme, Qt::Alignment alignment) {
  const Metrics m = Metrics::of(font);
  const bool reversed = painter.layoutDirection() == Qt::RightToLeft;
  const double wanted = lineWidth(line, font);
  // Distances run from the side where reading begins.
  double from = 0;
  if (wanted < box.width()) {
    if (alignment & Qt::AlignRight) from = box.width() - wanted;
    if (alignment & Qt::AlignHCenter) from = (box.width() - wanted) / 2;
  }
  const auto place = [&](double at, double width) { return reversed ? box.right() - at - width : box.left() + at; };
  const double start = from;
  for (const TextRun& run : line) {
    if (box.width() - from < m.u) break;
    if (run.tier) {
      const double glyph = m.tierGlyph();
      paint::tier(painter, {place(from, glyph) + glyph / 2, box.center().y()}, glyph * 0.9, theme.tier(*run.tier));
      from += glyphRoom(run, m);
    }
    const QFont own = fontOf(run, font);
    const double room = box.width() - from;
    QString text = run.text;
    double width = figures::width(text, own);
    if (width > room + 0.5) {
      text = QFontMetricsF(own).elidedText(text, Qt::ElideRight, room);
      width = std::min(room, figures::width(text, own));
    }
    painter.setPen(run.tier && run.tierTone ? theme.tier(*run.tier).text : theme.tone(run.tone));
    figures::draw(painter, QRectF(place(from, width), box.top(), width + 1, box.height()), Qt::AlignLeft | Qt::AlignVCenter, text, own);
    from += width;
  }
  return from - start;
}

}  // namespace signalbox::ui
