// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/chart_columns.h"

#include <algorithm>
#include <cmath>

namespace signalbox::ui {
namespace {

PlotPoint single(const SampleSet& set, std::size_t i, double position) {
  const double v = set.values()[i];
  PlotPoint p{position, v, v, v};
  if (!set.lo().empty()) p.lo = set.lo()[i], p.hi = set.hi()[i];
  return p;
}

// Bounds of a condensed column: the widest, as its extremes are.
void widen(PlotPoint& p, const SampleSet& set, std::size_t first, std::size_t last) {
  if (set.lo().empty()) return;
  for (std::size_t i = first; i < last; ++i) {
    p.lo = std::fmin(p.lo, set.lo()[i]);
    p.hi = std::fmax(p.hi, set.hi()[i]);
  }
}

}  // namespace

PlotPoints plotPoints(const SampleSet& set, qint64 since, qint64 until, int columns, qint64 centre) {
  PlotPoints points;
  if (set.empty() || until <= since || columns < 1) return points;
  const double perColumn = static_cast<double>(until - since) / columns;
  std::size_t first = set.lowerBound(since - centre), last = set.lowerBound(until - centre);
  bool broken = false;
  if (last - first <= static_cast<std::size_t>(columns)) {
    // One more at either side, so that lines run on to the edges of the picture.
    if (first > 0) --first;
    if (last < set.size()) ++last;
    for (std::size_t i = first; i < last; ++i) {
      if (!std::isfinite(set.values()[i])) {
        broken = true;
        continue;
      }
      points.at.push_back(single(set, i, static_cast<double>(set.times()[i] + centre - since) / perColumn));
      points.at.back().breakBefore = broken;
      broken = false;
    }
    return points;
  }
  points.condensed = true;
  points.at.reserve(static_cast<std::size_t>(columns));
  std::size_t from = first;
  for (int c = 0; c < columns; ++c) {
    const auto end = c + 1 == columns ? until : since + static_cast<qint64>(std::llround(perColumn * (c + 1)));
    const std::size_t to = std::max(from, set.lowerBound(end - centre));
    const Column column = set.columnOf(from, to);
    if (column.n > 0) {
      PlotPoint p{c + 0.5, column.mean, column.min, column.max};
      widen(p, set, from, to);
      p.breakBefore = broken;
      points.at.push_back(p);
      broken = column.gap;
    } else if (column.gap) {
      broken = true;
    }
    from = to;
  }
  return points;
}

}  // namespace signalbox::ui
