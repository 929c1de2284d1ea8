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
  const double wanted = lineWidth(line, font);
  double x = box.left();
  if (wanted < box.width()) {
    if (alignment & Qt::AlignRight) x = box.right() - wanted;
    if (alignment & Qt::AlignHCenter) x = box.center().x() - wanted / 2;
  }
  const double start = x;
  for (const TextRun& run : line) {
    const double room = box.right() - x;
    if (room < m.u) break;
    if (run.tier) {
      const TierLook look = theme.tier(*run.tier);
      paint::tier(painter, {x + m.tierGlyph() / 2.0, box.center().y()}, m.tierGlyph() * 0.9, look);
      x += glyphRoom(run, m);
    }
    const QFont own = fontOf(run, font);
    QString text = run.text;
    const double width = figures::width(text, own);
    if (width > box.right() - x + 0.5) text = QFontMetricsF(own).elidedText(text, Qt::ElideRight, box.right() - x);
    painter.setPen(run.tier && run.tierTone ? theme.tier(*run.tier).text : theme.tone(run.tone));
    figures::draw(painter, QRectF(x, box.top(), box.right() - x + 1, box.height()), Qt::AlignLeft | Qt::AlignVCenter, text, own);
    x += std::min(width, box.right() - x);
  }
  return x - start;
}

}  // namespace signalbox::ui
