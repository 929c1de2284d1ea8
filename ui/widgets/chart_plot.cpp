// SPDX-License-Identifier: GPL-3.0-only
// The data of a chart: lines with bands, control limits, stacked shares and bars.
#include <QPainter>
#include <QPainterPath>

#include "theme/colour.h"
#include "theme/figures.h"
#include "theme/paint.h"
#include "widgets/chart_painter.h"

namespace signalbox::ui {

QColor ChartPainter::inkOf(LineRole role) const {
  switch (role) {
    case LineRole::Main:
    case LineRole::Thin: return t_.ink;
    case LineRole::Secondary: return t_.ink2;
    case LineRole::Reference: return t_.edge;
    case LineRole::Quiet: return over(withAlpha(t_.cache, 0.6), t_.base);
    case LineRole::Draft: return t_.draft;
  }
  return t_.ink;
}

double ChartPainter::widthOf(LineRole role) { return role == LineRole::Main || role == LineRole::Draft ? 1.8 : role == LineRole::Reference ? 1.0 : 1.3; }

bool ChartPainter::inGap(qint64 from, qint64 to) const {
  return std::any_of(model_.gaps.begin(), model_.gaps.end(), [&](const GapRange& g) { return from < g.until && to > g.since; });
}

void ChartPainter::plot() {
  painter_.save();
  painter_.setClipRect(l_.plot.adjusted(0, -1, 0, 1));
  if (model_.limits) controlLimits();
  switch (model_.kind) {
    case PlotKind::Lines: lines(); break;
    case PlotKind::StackedShares: shares(); break;
    case PlotKind::StackedBars: bars(); break;
  }
  painter_.restore();
  limitLines();
}

void ChartPainter::lines() {
  // Bands below every line.
  std::vector<PlotPoints> points;
  for (const Series& s : model_.series) {
    points.push_back(s.data != nullptr ? plotPoints(*s.data, l_.since, l_.until, columns(), model_.centre()) : PlotPoints{});
    const QColor colour = s.role == LineRole::Draft ? t_.draft : t_.ink;
    band(points.back(), stale() ? t_.stale : colour, t_.bandAlpha * (s.role == LineRole::Draft ? 2 : 1));
  }
  for (std::size_t i = 0; i < points.size(); ++i) line(model_.series[i], points[i]);
}

void ChartPainter::band(const PlotPoints& points, const QColor& colour, double alpha) {
  painter_.save();
  painter_.setRenderHint(QPainter::Antialiasing);
  std::vector<const PlotPoint*> run;
  const auto flush = [&] {
    if (run.size() == 1) {  // nothing to join it to: its own interval as a stroke
      painter_.setPen(QPen(withAlpha(colour, std::min(1.0, alpha * 2)), u_, Qt::SolidLine, Qt::FlatCap));
      painter_.drawLine(QPointF(px(run[0]->position), l_.clampedY(run[0]->hi)), QPointF(px(run[0]->position), l_.clampedY(run[0]->lo)));
    }
    if (run.size() > 1) {
      QPolygonF shape;
      for (const PlotPoint* p : run) shape << QPointF(px(p->position), l_.clampedY(p->hi));
      for (auto it = run.rbegin(); it != run.rend(); ++it) shape << QPointF(px((*it)->position), l_.clampedY((*it)->lo));
      painter_.setPen(Qt::NoPen);
      painter_.setBrush(withAlpha(colour, alpha));
      painter_.drawPolygon(shape);
    }
    run.clear();
  };
  for (const PlotPoint& p : points.at) {
    if (p.breakBefore || !std::isfinite(p.lo) || !std::isfinite(p.hi)) flush();
    if (std::isfinite(p.lo) && std::isfinite(p.hi)) run.push_back(&p);
  }
  flush();
  painter_.restore();
}

// A sample that no line reaches.
void ChartPainter::dot(const QPointF& at, const QColor& ink, double width) {
  const double radius = std::max(0.5 * u_, width);
  painter_.setPen(Qt::NoPen);
  painter_.setBrush(ink);
  painter_.drawEllipse(at, radius, radius);
  painter_.setBrush(Qt::NoBrush);
}

// In short pieces: the rasteriser takes many times as long for one long way that goes up and down. Dashes need it whole.
void ChartPainter::stroke(const QPolygonF& run, bool dashed) {
  constexpr qsizetype kPiece = 24;
  if (dashed) return painter_.drawPolyline(run);
  for (qsizetype from = 0; from + 1 < run.size(); from += kPiece) {
    painter_.drawPolyline(run.constData() + from, static_cast<int>(std::min(kPiece + 1, run.size() - from)));
  }
}

void ChartPainter::line(const Series& series, const PlotPoints& points) {
  const QColor ink = stale() ? t_.stale : inkOf(series.role);
  if (points.condensed) {
    // Every sample shows: one stroke per column from the least to the most.
    const QColor extremes = withAlpha(ink, 0.55);
    const double hair = paint::hair(painter_);
    painter_.setRenderHint(QPainter::Antialiasing, false);
    for (const PlotPoint& p : points.at) {
      const double top = l_.clampedY(p.max), bottom = l_.clampedY(p.min);
      painter_.fillRect(QRectF(paint::snapX(painter_, px(p.position - 0.5)), top, hair, std::max(bottom - top, hair)), extremes);
    }
  }
  painter_.save();
  painter_.setRenderHint(QPainter::Antialiasing);
  const double width = widthOf(series.role);
  QPen pen(ink, width, Qt::SolidLine, series.dashed ? Qt::FlatCap : Qt::RoundCap, Qt::RoundJoin);
  if (series.dashed) pen.setDashPattern({5 / width, 3 / width});
  painter_.setBrush(Qt::NoBrush);
  QPolygonF run;
  const auto flush = [&] {
    if (series.filled && run.size() > 1) {
      QPolygonF area = run;
      area << QPointF(run.last().x(), l_.plot.bottom()) << QPointF(run.first().x(), l_.plot.bottom());
      painter_.setPen(Qt::NoPen);
      painter_.setBrush(t_.band());
      painter_.drawPolygon(area);
      painter_.setBrush(Qt::NoBrush);
    }
    painter_.setPen(pen);
    if (run.size() > 1) stroke(run, series.dashed);
    else if (run.size() == 1) dot(run.first(), ink, width);
    run.clear();
  };
  double lastPosition = 0;
  for (const PlotPoint& p : points.at) {
    const bool gap = !run.isEmpty() && inGap(l_.time(px(lastPosition)), l_.time(px(p.position)));
    if (p.breakBefore || gap) flush();
    run << QPointF(px(p.position), l_.y(p.mean));
    lastPosition = p.position;
  }
  flush();
  painter_.restore();
}

void ChartPainter::controlLimits() {
  const ControlLimits& limits = *model_.limits;
  if (limits.lower == nullptr || limits.upper == nullptr) return;
  const PlotPoints upper = plotPoints(*limits.upper, l_.since, l_.until, columns(), model_.centre());
  const PlotPoints lower = plotPoints(*limits.lower, l_.since, l_.until, columns(), model_.centre());
  painter_.save();
  painter_.setRenderHint(QPainter::Antialiasing);
  QPolygonF top, bottom;
  for (const PlotPoint& p : upper.at) top << QPointF(px(p.position), l_.clampedY(p.max));
  for (const PlotPoint& p : lower.at) bottom << QPointF(px(p.position), l_.clampedY(p.min));
  QPolygonF area = top;
  for (auto it = bottom.crbegin(); it != bottom.crend(); ++it) area << *it;
  painter_.setPen(Qt::NoPen);
  painter_.setBrush(t_.band(0.7));
  painter_.drawPolygon(area);
  QPen dotted(t_.limit, 1);
  dotted.setDashPattern({2, 3});
  painter_.setPen(dotted);
  painter_.setBrush(Qt::NoBrush);
  painter_.drawPolyline(top);
  painter_.drawPolyline(bottom);
  painter_.restore();
  if (limits.centre) paint::hLine(painter_, l_.plot.left(), l_.plot.right(), l_.y(*limits.centre), t_.ink2);

  const double s = 1.5 * u_;
  for (const Series& series : model_.series) {
    if (series.data == nullptr || series.role == LineRole::Secondary) continue;
    const std::size_t first = series.data->lowerBound(l_.since), last = std::min(series.data->lowerBound(l_.until), first + 20'000);
    for (std::size_t i = first; i < last; ++i) {
      const qint64 t = series.data->times()[i];
      const double v = series.data->values()[i];
      const std::size_t at = limits.upper->nearest(t);
      if (!std::isfinite(v) || at >= limits.upper->size() || at >= limits.lower->size()) continue;
      if (v > limits.upper->values()[at] || v < limits.lower->values()[at])
        paint::fill(painter_, {l_.x(t + model_.centre()) - s / 2, l_.clampedY(v) - s / 2, s, s}, t_.bad);
    }
  }
}

void ChartPainter::limitLines() {
  const QFont font = typeFont(Type::Tick);
  for (const LimitLine& limit : model_.lines) {
    const double y = l_.y(limit.value);
    if (y < l_.plot.top() - 1 || y > l_.plot.bottom()) continue;
    if (limit.policy) {
      paint::dashedH(painter_, l_.plot.left(), l_.plot.right(), y, t_.bad, 6, 3);
      continue;  // its name stands at the right
    }
    paint::dashedH(painter_, l_.plot.left(), l_.plot.right(), y, t_.limit, 2, 3);
    const QRectF words(l_.plot.left() + 1.5 * u_, y - 4 * u_, figures::width(limit.name, font) + u_, 3.5 * u_);
    paint::fill(painter_, words, withAlpha(t_.base, 0.9));
    painter_.setPen(t_.text2);
    figures::draw(painter_, words, Qt::AlignLeft | Qt::AlignVCenter, limit.name, font);
  }
}

void ChartPainter::shares() {
  if (model_.series.empty() || model_.series.front().data == nullptr) return;
  std::vector<PlotPoints> layers;
  for (const Series& s : model_.series) layers.push_back(s.data != nullptr ? plotPoints(*s.data, l_.since, l_.until, columns(), model_.centre()) : PlotPoints{});
  const std::size_t count = layers.front().at.size();
  if (count == 0) return;
  for (const PlotPoints& layer : layers)
    if (layer.at.size() != count) return;  // shares of one whole are known together or not at all
  painter_.save();
  painter_.setRenderHint(QPainter::Antialiasing);
  painter_.setOpacity(stale() ? 0.4 : 1);
  const double half = model_.barWidth > 0 ? (l_.x(l_.since + model_.barWidth) - l_.plot.left()) / 2 : 0;
  std::size_t from = 0;
  while (from < count) {
    std::size_t to = from + 1;
    while (to < count && !layers.front().at[to].breakBefore && !inGap(l_.time(px(layers.front().at[to - 1].position)), l_.time(px(layers.front().at[to].position)))) ++to;
    std::vector<double> below(to - from, 0.0);
    std::vector<QPolygonF> edges;
    for (std::size_t k = 0; k < layers.size(); ++k) {
      QPolygonF top, bottom;
      for (std::size_t i = from; i < to; ++i) {
        const double x = px(layers.front().at[i].position), base = below[i - from], sum = base + layers[k].at[i].mean;
        if (i == from) top << QPointF(x - half, l_.y(sum)), bottom << QPointF(x - half, l_.y(base));
        top << QPointF(x, l_.y(sum)), bottom << QPointF(x, l_.y(base));
        if (i + 1 == to) top << QPointF(x + half, l_.y(sum)), bottom << QPointF(x + half, l_.y(base));
        below[i - from] = sum;
      }
      QPolygonF area = top;
      for (auto it = bottom.crbegin(); it != bottom.crend(); ++it) area << *it;
      painter_.setPen(Qt::NoPen);
      painter_.setBrush(t_.tierFill(model_.series[k].tier.value_or(TierKey{})));
      painter_.drawPolygon(area);
      if (k + 1 < layers.size()) edges.push_back(top);
    }
    painter_.setPen(QPen(t_.base, 1));
    painter_.setBrush(Qt::NoBrush);
    for (const QPolygonF& edge : edges) painter_.drawPolyline(edge);
    from = to;
  }
  painter_.restore();
}

void ChartPainter::bars() {
  if (model_.series.empty() || model_.series.front().data == nullptr || model_.barWidth <= 0) return;
  const SampleSet& lead = *model_.series.front().data;
  const std::size_t first = lead.lowerBound(l_.since - model_.barWidth + 1), last = lead.lowerBound(l_.until);
  const double hair = paint::hair(painter_);
  for (std::size_t i = first; i < last; ++i) {
    const double left = paint::snapX(painter_, l_.x(lead.times()[i])), right = paint::snapX(painter_, l_.x(lead.times()[i] + model_.barWidth));
    const double gap = right - left > 8 ? 0.5 * u_ : right - left > 3 ? hair : 0;
    double sum = 0;
    for (const Series& s : model_.series) {
      if (s.data == nullptr || i >= s.data->size() || !std::isfinite(s.data->values()[i])) continue;
      const double bottom = l_.y(sum), top = l_.y(sum + s.data->values()[i]);
      sum += s.data->values()[i];
      QColor fill = s.tier ? t_.tierFill(*s.tier) : inkOf(s.role);
      if (stale()) fill = withAlpha(t_.stale, 0.5);
      const double split = bottom - top > 2 * hair && &s != &model_.series.front() ? hair : 0;
      paint::fill(painter_, {left + gap / 2, top, std::max(right - left - gap, hair), bottom - split - top}, fill);
    }
  }
}

}  // namespace signalbox::ui
