// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/chart_model.h"

#include <QCoreApplication>
#include <limits>

#include "theme/figures.h"
#include "theme/format.h"

namespace signalbox::ui {
namespace {

struct Extent {
  double lo = std::numeric_limits<double>::infinity(), hi = -std::numeric_limits<double>::infinity();
  void take(double v) {
    if (!std::isfinite(v)) return;
    lo = std::min(lo, v), hi = std::max(hi, v);
  }
  [[nodiscard]] bool known() const { return lo <= hi; }
};

void takeSet(Extent& extent, const Samples& samples, const ChartModel& model) {
  if (samples == nullptr) return;
  const std::size_t first = samples->lowerBound(model.since - model.barWidth), last = samples->lowerBound(model.until);
  const Column column = samples->columnOf(first, last);
  if (column.n > 0) extent.take(column.min), extent.take(column.max);
  if (samples->lo().empty() || last - first > 20'000) return;
  for (std::size_t i = first; i < last; ++i) extent.take(samples->lo()[i]), extent.take(samples->hi()[i]);
}

double stackTop(const ChartModel& model) {
  double most = 0;
  if (model.series.empty() || model.series.front().data == nullptr) return most;
  const SampleSet& lead = *model.series.front().data;
  for (std::size_t i = lead.lowerBound(model.since - model.barWidth); i < lead.lowerBound(model.until); ++i) {
    double sum = 0;
    for (const Series& s : model.series)
      if (s.data != nullptr && i < s.data->size() && std::isfinite(s.data->values()[i])) sum += s.data->values()[i];
    most = std::max(most, sum);
  }
  return most;
}

Extent extentOf(const ChartModel& model) {
  Extent extent;
  if (model.kind == PlotKind::StackedShares) return {0, 1};
  if (model.kind == PlotKind::StackedBars) {
    const double top = stackTop(model);
    if (top > 0) extent.take(0), extent.take(top);
  } else {
    for (const Series& s : model.series) takeSet(extent, s.data, model);
  }
  if (model.limits) takeSet(extent, model.limits->upper, model), takeSet(extent, model.limits->lower, model);
  if (extent.known())
    for (const LimitLine& line : model.lines) extent.take(line.value), extent.take(line.value * 1.06);  // and room above it
  return extent;
}

// Enough for every tick to be told from the next.
int decimalsOf(const std::vector<double>& ticks, double unit) {
  const auto whole = [&](double v, int decimals) {
    const double scaled = v / unit * std::pow(10.0, decimals);
    return std::abs(scaled - std::round(scaled)) < 1e-6 * std::max(1.0, std::abs(scaled));
  };
  int decimals = 0;
  while (decimals < 9 && !std::all_of(ticks.begin(), ticks.end(), [&](double v) { return whole(v, decimals); })) ++decimals;
  return decimals;
}

void setLinear(ChartLayout& layout, const ChartModel& model, Extent extent) {
  layout.blank = !extent.known() && !model.axis.max;
  if (!extent.known()) extent = {0, 1};
  if (model.axis.fromZero) extent.take(0);
  if (model.axis.reach) extent.take(*model.axis.reach);
  if (model.axis.min) extent.lo = *model.axis.min;
  if (model.axis.max) extent.hi = *model.axis.max;
  const int most = model.kind == PlotKind::StackedShares ? std::min(5, model.axis.maxTicks) : model.axis.maxTicks;  // quarters
  const ValueTicks ticks = linearTicks(extent.lo, extent.hi, model.axis.minTicks, most);
  layout.lo = model.axis.min.value_or(ticks.lo), layout.hi = model.axis.max.value_or(ticks.hi);
  for (const double v : ticks.at)
    if (v >= layout.lo - 1e-12 && v <= layout.hi * (1 + 1e-9) + 1e-12) layout.ticks.push_back(v);
  layout.decimals = decimalsOf(layout.ticks, model.axis.tickUnit);
}

void setLogarithmic(ChartLayout& layout, const ChartModel& model, Extent extent) {
  layout.logarithmic = true;
  layout.blank = (!extent.known() || extent.hi <= 0) && !model.axis.max;
  if (!extent.known() || extent.hi <= 0) extent = {1, 1000};
  double lo = model.axis.min.value_or(std::max(extent.lo, extent.hi * 1e-6) * 0.8), hi = model.axis.max.value_or(extent.hi * (model.markers.empty() ? 1.25 : 1.7));  // flags stand above the lines
  if (lo <= 0) lo = hi * 1e-3;
  if (hi < lo * 3) hi = lo * 3;
  layout.lo = lo, layout.hi = hi;
  layout.ticks = logTicks(lo, hi, model.axis.maxTicks + 1);
}

}  // namespace

QString ChartModel::tick(double v, int decimals) const {
  if (axis.fixedTick && axis.scale == ValueScale::Linear) return axis.fixedTick(v, decimals);
  return axis.tick ? axis.tick(v) : axis.value ? axis.value(v) : format::number(v, std::abs(v) < 10 ? 2 : 0);
}
QString ChartModel::value(double v) const { return axis.value ? axis.value(v) : tick(v, 2); }

bool ChartModel::hasData() const {
  if (state == ChartState::Empty || state == ChartState::Filtered || state == ChartState::Withheld || state == ChartState::Loading) return false;
  return std::any_of(series.begin(), series.end(), [](const Series& s) { return s.data != nullptr && !s.data->empty(); });
}

std::optional<qint64> ChartModel::snapped(qint64 t) const {
  for (const Series& s : series) {
    if (s.data == nullptr || s.data->empty()) continue;
    const qint64 offset = kind == PlotKind::StackedBars ? barWidth / 2 : centre();
    return s.data->times()[s.data->nearest(t - offset)];
  }
  return std::nullopt;
}

ChartMargins neededMargins(const ChartModel& model, const Metrics& m) {
  const QFont tick = typeFont(Type::Tick), bold = typeFont(Type::Tick, true);
  const ChartLayout layout = layoutOf(model, {800, 300}, m, {});
  double left = 0, right = 0;
  for (const double v : layout.ticks) left = std::max(left, figures::width(model.tick(v, layout.decimals), tick));
  for (const Series& s : model.series) {
    const double glyph = s.tier || model.kind == PlotKind::StackedBars ? m.tierGlyph() + m.u : 0;
    right = std::max({right, glyph + figures::width(s.name, bold), glyph + figures::width(s.endValue, tick)});
  }
  for (const LimitLine& line : model.lines) right = std::max(right, figures::width(line.name, tick));
  if (model.limits) right = std::max(right, figures::width(model.limits->centreName, tick));
  return {static_cast<int>(std::ceil(left + 4.5 * m.u)), static_cast<int>(std::ceil(right > 0 ? right + 4.5 * m.u : 3.0 * m.u))};
}

ChartLayout layoutOf(const ChartModel& model, QSizeF size, const Metrics& m, ChartMargins margins) {
  ChartLayout layout;
  layout.m = m;
  layout.since = model.since, layout.until = std::max(model.until, model.since + 1);
  const double head = model.title.isEmpty() ? 0 : m.panelHeader();
  layout.header = {0, 0, size.width(), head};
  const double side = m.px(14);
  layout.tableIcon = {size.width() - 3 * m.u - side, (head - side) / 2, side, side};
  const double below = model.showsTimeAxis ? 5.0 * m.u : 2.0 * m.u;
  const double top = head + 2.0 * m.u;
  layout.plot = QRectF(margins.left, top, std::max(10.0, size.width() - margins.left - margins.right), std::max(10.0, size.height() - top - below));
  const Extent extent = extentOf(model);
  if (model.axis.scale == ValueScale::Logarithmic) setLogarithmic(layout, model, extent);
  else setLinear(layout, model, extent);
  return layout;
}

std::vector<MarkerFlag> markerFlags(const ChartModel& model, const ChartLayout& layout) {
  std::vector<MarkerFlag> flags;
  const double u = layout.m.u, tall = 3.25 * u;
  const QFont font = typeFont(Type::Tick);
  const auto boxOf = [&](const MarkerFlag& flag) {
    const double wide = figures::width(flag.text, font) + 2.5 * u;
    if (flag.kind == Marker::Kind::Alert) return QRectF(flag.x - wide - 1.5 * u, layout.plot.top() - u / 4, wide + 3 * u, tall);
    const double left = std::min(flag.x, layout.plot.right() - wide);
    return QRectF(left, layout.plot.top() - u / 4, wide, tall);
  };
  for (std::size_t i = 0; i < model.markers.size(); ++i) {
    const Marker& marker = model.markers[i];
    if (marker.time < layout.since || marker.time >= layout.until) continue;
    MarkerFlag flag{{}, layout.x(marker.time), marker.kind, marker.label, {i}};
    flag.box = boxOf(flag);
    const auto same = std::find_if(flags.begin(), flags.end(), [&](const MarkerFlag& f) { return f.kind == flag.kind && f.box.intersects(flag.box); });
    if (same == flags.end()) {
      flags.push_back(flag);
      continue;
    }
    same->markers.push_back(i);
    const int n = static_cast<int>(same->markers.size());
    same->text = flag.kind == Marker::Kind::Alert ? QCoreApplication::translate("chart", "%n alerts", nullptr, n)
                                                  : QCoreApplication::translate("chart", "%n changes", nullptr, n);
    same->box = boxOf(*same);
  }
  return flags;
}

}  // namespace signalbox::ui
