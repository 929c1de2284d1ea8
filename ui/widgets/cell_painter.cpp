// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/cell_painter.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>

#include "theme/figures.h"
#include "theme/format.h"
#include "theme/paint.h"

namespace signalbox::ui {
namespace {

constexpr double kBarHeights = 2;  // in-cell bars are 2 h wide

double body(const QString& text) { return figures::width(text, typeFont(Type::Body)); }

}  // namespace

CellPainter::CellPainter(QPainter& painter, const QStyleOptionViewItem& item, const Theme& theme, const Metrics& metrics)
    : painter_(painter), item_(item), t_(theme), m_(metrics),
      inner_(QRectF(item.rect).adjusted(1.75 * metrics.u, 0, -1.75 * metrics.u, 0)) {}

QColor CellPainter::outline() const { return (item_.state & QStyle::State_Selected) ? t_.base : QColor(); }

bool CellPainter::paint(const QVariant& cell) {
  if (!cell.isValid()) return false;
  if (cell.canConvert<WayCell>()) paintWay(cell.value<WayCell>());
  else if (cell.canConvert<ComplexityCell>()) paintComplexity(cell.value<ComplexityCell>());
  else if (cell.canConvert<ConfidenceCell>()) paintConfidence(cell.value<ConfidenceCell>());
  else if (cell.canConvert<BadgeCell>()) paintBadge(cell.value<BadgeCell>());
  else if (cell.canConvert<StateCell>()) paintState(cell.value<StateCell>());
  else if (cell.canConvert<MonoCell>()) paintMono(cell.value<MonoCell>());
  else if (cell.canConvert<BarCell>()) paintBar(cell.value<BarCell>());
  else if (cell.canConvert<LinkCell>()) paintLinks(cell.value<LinkCell>());
  else if (cell.canConvert<WhiskerCell>()) paintWhisker(cell.value<WhiskerCell>());
  else if (cell.canConvert<TextLine>()) paintLine(cell.value<TextLine>());
  else return false;
  return true;
}

void CellPainter::paintText(const QString& text, Qt::Alignment alignment, Tone tone) {
  QFont font = item_.font;
  const bool enabled = item_.state & QStyle::State_Enabled;
  painter_.setPen(!enabled ? t_.disabled : item_.palette.color(QPalette::Text) == t_.text ? t_.tone(tone) : item_.palette.color(QPalette::Text));
  const QString shown = QFontMetricsF(font).elidedText(text, item_.textElideMode, inner_.width() + 0.5);
  figures::draw(painter_, inner_, QStyle::visualAlignment(item_.direction, alignment) | Qt::AlignVCenter, shown, font);
}

void CellPainter::paintLine(const TextLine& line) {
  drawLine(painter_, inner_, line, item_.font, t_, item_.displayAlignment);
}

void CellPainter::arrow(double x) {
  painter_.save();
  painter_.setRenderHint(QPainter::Antialiasing);
  painter_.setPen(QPen(t_.text3, m_.px(1.2)));
  const double y = middle(), s = m_.px(1);
  painter_.drawLine(QPointF(x + s, y), QPointF(x + 12 * s, y));
  painter_.drawPolyline(QPolygonF({QPointF(x + 9 * s, y - 3 * s), QPointF(x + 12 * s, y), QPointF(x + 9 * s, y + 3 * s)}));
  painter_.restore();
}

void CellPainter::paintWay(const WayCell& cell) {
  double x = inner_.left();
  const double glyph = m_.tierGlyph();
  if (cell.start != cell.final && cell.start.kind != TierKind::None) {
    paint::tier(painter_, {x + glyph / 2, middle()}, glyph * 0.9, t_.tier(cell.start), outline());
    x += glyph + m_.u;
    arrow(x);
    x += m_.px(14) + m_.u;
  }
  if (cell.final.kind != TierKind::None) {
    paint::tier(painter_, {x + glyph / 2, middle()}, glyph * 0.9, t_.tier(cell.final), outline());
    x += glyph + 1.25 * m_.u;
  }
  inner_.setLeft(x);
  paintText(cell.name, Qt::AlignLeft, cell.final.kind == TierKind::None ? Tone::Text3 : Tone::Text);
}

void CellPainter::paintComplexity(const ComplexityCell& cell) {
  if (!cell.score) return paintText(cell.text.isEmpty() ? QStringLiteral("not scored") : cell.text, Qt::AlignLeft, Tone::Text3);
  const double wide = kBarHeights * m_.h, x = inner_.left(), y = middle();
  paint::fill(painter_, {x, y - 1, wide, 2}, t_.line);
  for (const double b : cell.boundaries) paint::vLine(painter_, x + std::clamp(b, 0.0, 1.0) * wide, y - m_.u, y + m_.u, t_.text3);
  const double mark = x + std::clamp(*cell.score, 0.0, 1.0) * wide;
  paint::box(painter_, {mark - 1.5, y - 1.125 * m_.u, 3, 2.25 * m_.u}, 1, t_.text, {});
  inner_.setLeft(x + wide + 1.5 * m_.u);
  paintText(format::score(cell.score), Qt::AlignLeft);
}

void CellPainter::paintConfidence(const ConfidenceCell& cell) {
  if (!cell.confidence) return paintText(cell.text.isEmpty() ? format::unknown() : cell.text, Qt::AlignLeft, Tone::Text3);
  const double wide = kBarHeights * m_.h, x = inner_.left(), y = middle();
  const bool below = cell.gate && *cell.confidence < *cell.gate;
  paint::fill(painter_, {x, y - m_.u / 2.0, wide, double(m_.u)}, t_.line);
  paint::fill(painter_, {x, y - m_.u / 2.0, wide * std::clamp(*cell.confidence, 0.0, 1.0), double(m_.u)}, below ? t_.warnEdge : t_.ink2);
  if (cell.gate) paint::vLine(painter_, x + *cell.gate * wide, y - 1.25 * m_.u, y + 1.25 * m_.u, t_.text);
  inner_.setLeft(x + wide + 1.5 * m_.u);
  paintText(format::score(cell.confidence), Qt::AlignLeft);
}

void CellPainter::paintBadge(const BadgeCell& cell) {
  if (!cell.badge.isEmpty()) {
    const QRectF area = inner_.adjusted(0, 1, 0, -1);
    inner_.setLeft(inner_.left() + paint::badge(painter_, area, cell.tone, cell.badge, cell.icon, t_) + m_.u);
  }
  paintText(cell.text, Qt::AlignLeft);
}

void CellPainter::paintState(const StateCell& cell) {
  const double side = m_.stateGlyph();
  if (cell.mark != StateMark::None) {
    const double x = cell.text.isEmpty() ? inner_.center().x() - side / 2 : inner_.left();
    paint::state(painter_, {x, middle() - side / 2, side, side}, cell.mark, t_);
    inner_.setLeft(x + side + 1.25 * m_.u);
  }
  paintText(cell.text, Qt::AlignLeft);
}

void CellPainter::paintMono(const MonoCell& cell) {
  const QFont font = typeFont(Type::Mono);
  painter_.setFont(font);
  painter_.setPen((item_.state & QStyle::State_Enabled) ? t_.text : t_.disabled);
  const QString shown = QFontMetricsF(font).elidedText(cell.text, cell.elideMiddle ? Qt::ElideMiddle : Qt::ElideRight, inner_.width() + 0.5);
  painter_.drawText(inner_, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine, shown);
}

void CellPainter::paintBar(const BarCell& cell) {
  const double wide = 3.0 * m_.h, x = inner_.left(), y = middle();
  paint::fill(painter_, {x, y - m_.u, wide, 2.0 * m_.u}, t_.head);
  paint::fill(painter_, {x, y - m_.u, wide * std::clamp(cell.share, 0.0, 1.0), 2.0 * m_.u}, cell.warn ? t_.warnEdge : t_.ink2);
  inner_.setLeft(x + wide + m_.u);
  paintText(cell.text, Qt::AlignLeft);
}

void CellPainter::paintLinks(const LinkCell& cell) {
  const TextRun dot{QStringLiteral(" · "), Tone::Text3};
  TextLine line;
  for (const QString& link : cell.links) {
    if (!line.empty()) line.push_back(dot);
    line.push_back({link, Tone::Accent});
  }
  drawLine(painter_, inner_, line, item_.font, t_, Qt::AlignRight);
}

int CellPainter::linkAt(const LinkCell& cell, const QStyleOptionViewItem& option, QPointF position) {
  const Metrics m = Metrics::of(typeFont(Type::Body));
  const double between = body(QStringLiteral(" · "));
  double x = option.rect.right() + 1 - 1.75 * m.u;
  for (int i = static_cast<int>(cell.links.size()) - 1; i >= 0; --i) {
    const double wide = body(cell.links[i]);
    if (position.x() >= x - wide && position.x() <= x) return i;
    x -= wide + between;
  }
  return -1;
}

void CellPainter::paintWhisker(const WhiskerCell& cell) {
  const auto x = [&](double v) { return inner_.left() + std::clamp((v - cell.scaleMin) / (cell.scaleMax - cell.scaleMin), 0.0, 1.0) * inner_.width(); };
  paint::vLine(painter_, x(0), item_.rect.top(), item_.rect.bottom() + 1, t_.edge);
  if (!cell.value) return paintText(format::unknown(), Qt::AlignLeft, Tone::Text3);
  painter_.save();
  painter_.setRenderHint(QPainter::Antialiasing);
  const QColor ink = cell.proposal ? t_.draft : t_.ink;
  const double y = middle(), s = m_.px(1);
  painter_.setPen(QPen(ink, 1.5 * s));
  painter_.drawLine(QPointF(x(cell.lo), y), QPointF(x(cell.hi), y));
  for (const double end : {cell.lo, cell.hi}) painter_.drawLine(QPointF(x(end), y - 3 * s), QPointF(x(end), y + 3 * s));
  painter_.setPen(Qt::NoPen);
  painter_.setBrush(ink);
  if (cell.proposal) painter_.drawRect(QRectF(x(*cell.value) - 3.5 * s, y - 3.5 * s, 7 * s, 7 * s));
  else painter_.drawEllipse(QPointF(x(*cell.value), y), 3.2 * s, 3.2 * s);
  painter_.restore();
}

double CellPainter::width(const QVariant& cell, const QString& text, const Metrics& m) {
  const double bar = kBarHeights * m.h + 1.5 * m.u, words = body(text);
  if (cell.canConvert<WayCell>()) {
    const auto way = cell.value<WayCell>();
    return body(way.name) + m.tierGlyph() + 1.25 * m.u + (way.start != way.final ? m.tierGlyph() + m.px(14) + 2 * m.u : 0);
  }
  if (cell.canConvert<ComplexityCell>()) return cell.value<ComplexityCell>().score ? bar + body(QStringLiteral("0.00")) : words;
  if (cell.canConvert<ConfidenceCell>()) return cell.value<ConfidenceCell>().confidence ? bar + body(QStringLiteral("0.00")) : words;
  if (cell.canConvert<BadgeCell>()) {
    const auto badge = cell.value<BadgeCell>();
    return (badge.badge.isEmpty() ? 0 : paint::badgeWidth(badge.badge, badge.icon) + m.u) + body(badge.text);
  }
  if (cell.canConvert<StateCell>()) return body(cell.value<StateCell>().text) + m.stateGlyph() + 1.25 * m.u;
  if (cell.canConvert<MonoCell>()) return figures::width(cell.value<MonoCell>().text, typeFont(Type::Mono));
  if (cell.canConvert<BarCell>()) return 3.0 * m.h + m.u + body(cell.value<BarCell>().text);
  if (cell.canConvert<TextLine>()) return lineWidth(cell.value<TextLine>(), typeFont(Type::Body));
  return words;
}

}  // namespace signalbox::ui
