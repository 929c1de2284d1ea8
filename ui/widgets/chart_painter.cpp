// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/chart_painter.h"

#include <QPainter>
#include <QPainterPath>

#include "theme/colour.h"
#include "theme/figures.h"
#include "theme/icons.h"
#include "theme/paint.h"
#include "widgets/time_series_view.h"

namespace signalbox::ui {

ChartPainter::ChartPainter(QPainter& painter, const ChartModel& model, const ChartLayout& layout, const Theme& theme)
    : painter_(painter), model_(model), l_(layout), t_(theme), u_(layout.m.u) {
  columnWidth_ = l_.plot.width() / columns();
}

int ChartPainter::columns() const {
  const double ratio = std::abs(painter_.deviceTransform().m11());
  return std::max(1, static_cast<int>(std::floor(l_.plot.width() * ratio)));
}

void ChartPainter::paintStatic() {
  paint::fill(painter_, QRectF(QPointF(0, 0), QSizeF(painter_.device()->width(), painter_.device()->height())), t_.base);
  frame();
  if (model_.showsTimeAxis) timeAxis();
  if (model_.hasData()) {
    plot();
    names();
  }
  gaps();
  markers();
  if (!model_.hasData() || model_.state == ChartState::Loading) message();
}

void ChartPainter::frame() {
  const QFont font = typeFont(Type::Tick);
  for (const double v : l_.ticks) {
    const double y = l_.y(v);
    if (y < l_.plot.top() - 1 || y > l_.plot.bottom() + 1) continue;
    paint::hLine(painter_, l_.plot.left(), l_.plot.right(), y, t_.grid);
    if (l_.blank) continue;
    painter_.setPen(t_.text3);
    figures::draw(painter_, {0, y - 2 * u_, l_.plot.left() - 1.5 * u_, 4 * u_}, Qt::AlignRight | Qt::AlignVCenter, model_.tick(v, l_.decimals), font);
  }
  paint::hLine(painter_, l_.plot.left(), l_.plot.right(), l_.plot.bottom(), t_.edge);
}

void ChartPainter::timeAxis() {
  const QFont font = typeFont(Type::Tick);
  const bool seconds = l_.until - l_.since <= 15 * 60'000'000LL;
  const double widest = figures::width(seconds ? QStringLiteral("00:00:00") : QStringLiteral("00:00"), font) + 2 * u_;
  const int most = std::max(2, static_cast<int>(l_.plot.width() / widest));
  double free = -1e9;
  for (const TimeTick& tick : timeTicks(l_.since, l_.until, most, model_.zone)) {
    const double x = l_.x(tick.at), wide = figures::width(tick.label, font);
    paint::vLine(painter_, x, l_.plot.bottom(), l_.plot.bottom() + (tick.dayChange ? 1.5 : 1) * u_, t_.edge);
    if (x - wide / 2 < free || x + wide / 2 > painter_.device()->width() / std::abs(painter_.deviceTransform().m11())) continue;
    painter_.setPen(tick.dayChange ? t_.text : t_.text3);
    figures::draw(painter_, {x - wide, l_.plot.bottom() + 1.25 * u_, 2 * wide, 3.75 * u_}, Qt::AlignHCenter | Qt::AlignVCenter, tick.label, font);
    free = x + wide / 2 + 1.5 * u_;
  }
}

void ChartPainter::message() {
  if (model_.message.isEmpty()) return;
  painter_.setFont(typeFont(Type::Body));
  painter_.setPen(t_.text2);
  const QRectF room(l_.plot.left(), l_.plot.top(), l_.plot.width(), l_.plot.height() * 0.5 + 2 * u_);
  painter_.drawText(room.adjusted(2 * u_, 0, -2 * u_, 0), Qt::AlignHCenter | Qt::AlignBottom | Qt::TextWordWrap, model_.message);
}

void ChartPainter::gaps() {
  std::vector<GapRange> all = model_.gaps;
  if (stale() && model_.lastEvent > 0) all.push_back({model_.lastEvent, l_.until});
  painter_.save();
  painter_.setClipRect(l_.plot);
  for (const GapRange& gap : all) {
    const double from = std::max(l_.x(gap.since), l_.plot.left()), to = std::min(l_.x(gap.until), l_.plot.right());
    if (to <= from) continue;
    QPainterPath path;
    path.addRect(QRectF(from, l_.plot.top(), to - from, l_.plot.height()));
    paint::fill(painter_, path.boundingRect(), withAlpha(t_.base, 0.75));
    paint::hatch(painter_, path, t_.edge, 1.25 * u_, 1);
  }
  painter_.restore();
}

void ChartPainter::markers() {
  const QFont font = typeFont(Type::Tick);
  for (const MarkerFlag& flag : markerFlags(model_, l_)) {
    if (flag.kind == Marker::Kind::PolicyChange) {
      for (const std::size_t i : flag.markers) paint::dashedV(painter_, l_.x(model_.markers[i].time), l_.plot.top(), l_.plot.bottom(), t_.ink2, 3, 3);
      paint::fill(painter_, flag.box, t_.base);
      paint::frame(painter_, flag.box, t_.ink2);
      painter_.setPen(t_.text);
      figures::draw(painter_, flag.box, Qt::AlignCenter, flag.text, font);
      continue;
    }
    painter_.save();
    painter_.setRenderHint(QPainter::Antialiasing);
    painter_.setPen(Qt::NoPen);
    painter_.setBrush(t_.bad);
    const double top = l_.plot.top() - u_ / 4;
    painter_.drawPolygon(QPolygonF({QPointF(flag.x, top), QPointF(flag.x + 1.25 * u_, top + 2.125 * u_), QPointF(flag.x - 1.25 * u_, top + 2.125 * u_)}));
    painter_.restore();
    painter_.setPen(t_.bad);
    const QRectF words(flag.box.left(), flag.box.top() - u_ / 4, flag.x - 2.25 * u_ - flag.box.left(), flag.box.height());
    const double wide = figures::width(flag.text, font);
    paint::fill(painter_, {words.right() - wide - 1, words.top() + u_ / 4, wide + 2, words.height() - u_ / 4}, withAlpha(t_.base, 0.85));
    painter_.setPen(t_.bad);
    figures::draw(painter_, words, Qt::AlignRight | Qt::AlignVCenter, flag.text, font);
  }
}

void ChartPainter::paintBrush(const ChartCursor::Brush& brush) {
  const auto [since, until] = std::minmax(brush.since, brush.until);
  const double from = std::clamp(l_.x(since), l_.plot.left(), l_.plot.right()), to = std::clamp(l_.x(until), l_.plot.left(), l_.plot.right());
  paint::fill(painter_, {from, l_.plot.top(), to - from, l_.plot.height()}, withAlpha(t_.select, 0.5));
  for (const double x : {from, to}) paint::vLine(painter_, x, l_.plot.top(), l_.plot.bottom(), t_.accent);
  const QFont font = typeFont(Type::Tick);
  const QString span = timeLabel(since, until - since, model_.zone) + QStringLiteral(" – ") + timeLabel(until, until - since, model_.zone);
  const double wide = figures::width(span, font) + 2 * u_;
  const double left = std::clamp((from + to) / 2 - wide / 2, l_.plot.left(), std::max(l_.plot.left(), l_.plot.right() - wide));
  const QRectF tag(left, l_.plot.top() - 2 * u_, wide, 3.5 * u_);
  paint::fill(painter_, tag, t_.base);
  painter_.setPen(t_.text);
  figures::draw(painter_, tag, Qt::AlignCenter, span, font);
}

void ChartPainter::paintFocus() {
  painter_.save();
  painter_.setRenderHint(QPainter::Antialiasing);
  painter_.setPen(QPen(t_.focus, 2));
  painter_.setBrush(Qt::NoBrush);
  painter_.drawRoundedRect(l_.plot.adjusted(-3, -3, 3, 3), l_.m.radius(), l_.m.radius());
  painter_.restore();
}

TextLine ChartPainter::readout(qint64 time, bool named) const {
  TextLine runs{{TimeSeriesView::tr("at %1").arg(timeLabel(time, l_.until - l_.since, model_.zone)), Tone::Text3}};
  const TextRun space{QStringLiteral("  ")};
  for (const Series& s : model_.series) {
    if (s.data == nullptr || s.data->empty()) continue;
    const std::size_t i = s.data->nearest(time);
    const bool here = i < s.data->size() && std::abs(s.data->times()[i] - time) <= std::max<qint64>(model_.barWidth, (l_.until - l_.since) / 50);
    const double v = here ? s.data->values()[i] : kNoValue;
    runs.push_back(space);
    TextRun lead{(named && !s.tier) && model_.series.size() > 1 ? s.name + QLatin1Char(' ') : QString(), Tone::Text2};
    lead.tier = s.tier;
    runs.push_back(lead);
    runs.push_back({(s.tier ? QStringLiteral(" ") : QString()) + (std::isfinite(v) ? model_.value(v) : QStringLiteral("–")), Tone::Text, true});
    if (model_.series.size() == 1 && here && !s.data->lo().empty() && std::isfinite(s.data->lo()[i]))
      runs.push_back({QStringLiteral(" [") + model_.value(s.data->lo()[i]) + QStringLiteral(", ") + model_.value(s.data->hi()[i]) + QLatin1Char(']'), Tone::Text2});
  }
  return runs;
}

void ChartPainter::paintHeader(std::optional<qint64> time) {
  if (l_.header.height() <= 0) return;
  const QFont font = typeFont(Type::Body);
  QFont values = font;
  values.setPointSizeF(font.pointSizeF() * 0.92);
  QString note = model_.note;
  if (l_.logarithmic && !note.contains(QStringLiteral("log"))) note = note.isEmpty() ? TimeSeriesView::tr("log") : note + TimeSeriesView::tr(", log");
  TextLine title{{model_.title, Tone::Text, true}};
  if (!note.isEmpty()) title.push_back({QStringLiteral(" ") + note, Tone::Text3, false, true});
  paintIcon(painter_, l_.tableIcon, QStringLiteral("table"), t_.text3);
  const QRectF room(3 * u_, 0, l_.tableIcon.left() - 5 * u_, l_.header.height());
  TextLine right = model_.headline;
  const double bare = lineWidth({title.front()}, font) + 3 * u_;
  if (time && model_.hasData()) {
    right = readout(*time, true);
    if (lineWidth(right, values) > room.width() - bare) right = readout(*time, false);
  }
  if (stale())
    for (TextRun& run : right) run.tone = Tone::Stale;
  const double wide = std::min(lineWidth(right, values), room.width() - bare);
  drawLine(painter_, {room.left(), 0, room.width() - wide - 2 * u_, room.height()}, title, font, t_);
  drawLine(painter_, {room.right() - wide, 0, wide + 1, room.height()}, right, values, t_);
}

void ChartPainter::paintCursor(std::optional<qint64> time) {
  if (!time || *time < l_.since || *time > l_.until) return;
  const qint64 shift = model_.kind == PlotKind::StackedBars ? model_.barWidth / 2 : model_.centre();
  const double x = paint::snapX(painter_, std::clamp(l_.x(*time + shift), l_.plot.left(), l_.plot.right()));
  paint::vLine(painter_, x, l_.plot.top(), l_.plot.bottom(), t_.text);
  painter_.save();
  painter_.setRenderHint(QPainter::Antialiasing);
  if (model_.kind == PlotKind::Lines && model_.hasData())
    for (const Series& s : model_.series) {
      if (s.data == nullptr || s.data->empty()) continue;
      const std::size_t i = s.data->nearest(*time);
      if (std::abs(s.data->times()[i] - *time) > (l_.until - l_.since) / 50 || !std::isfinite(s.data->values()[i])) continue;
      painter_.setPen(QPen(t_.base, 1.5));
      painter_.setBrush(stale() ? t_.stale : inkOf(s.role));
      painter_.drawEllipse(QPointF(x + paint::hair(painter_) / 2, l_.clampedY(s.data->values()[i])), 0.75 * u_, 0.75 * u_);
    }
  painter_.restore();
  if (!model_.showsTimeTag) return;
  const QFont font = typeFont(Type::Tick);
  const QString text = timeLabel(*time, l_.until - l_.since, model_.zone);
  const double wide = figures::width(text, font) + 2 * u_;
  const QRectF tag(std::clamp(x - wide / 2, 0.0, l_.plot.right() + 4 * u_ - wide / 2), l_.plot.bottom() + 0.75 * u_, wide, 3.75 * u_);
  paint::fill(painter_, tag.adjusted(-7 * u_, 0.75 * u_, 7 * u_, 0), t_.base);  // no half of a tick's label beside it
  paint::box(painter_, tag, l_.m.px(2), t_.text, {});
  painter_.setPen(t_.base);
  figures::draw(painter_, tag, Qt::AlignCenter, text, font);
}

}  // namespace signalbox::ui
