// SPDX-License-Identifier: GPL-3.0-only
// Everything a TimeSeriesView was told, in one value, and the layout that follows from it. Internal to ui/widgets.
#pragma once
#include <QRectF>
#include <QTimeZone>
#include <algorithm>
#include <cmath>

#include "theme/metrics.h"
#include "widgets/chart_cursor.h"
#include "widgets/chart_scale.h"
#include "widgets/time_series.h"

namespace signalbox::ui {

struct ChartModel {
  QString title, note;
  QString provenance;  // what copies of the data say of it
  TextLine headline;
  qint64 since = 0, until = 1;
  QTimeZone zone = QTimeZone::utc();
  ValueAxis axis;
  PlotKind kind = PlotKind::Lines;
  qint64 barWidth = 0;
  std::vector<Series> series;
  std::optional<ControlLimits> limits;
  std::vector<LimitLine> lines;
  std::vector<Marker> markers;
  std::vector<GapRange> gaps;
  ChartState state = ChartState::Loading;
  QString message;
  qint64 lastEvent = 0;
  bool showsTimeTag = false;
  bool showsTimeAxis = true;

  [[nodiscard]] QString value(double v) const;
  [[nodiscard]] QString tick(double v, int decimals) const;
  [[nodiscard]] bool hasData() const;
  [[nodiscard]] qint64 centre() const { return kind == PlotKind::StackedBars ? 0 : barWidth / 2; }
  // The time a cursor at t snaps to.
  [[nodiscard]] std::optional<qint64> snapped(qint64 t) const;
};

struct ChartLayout {
  Metrics m;
  QRectF header, plot, tableIcon;
  double lo = 0, hi = 1;
  bool logarithmic = false;
  std::vector<double> ticks;
  bool blank = false;  // nothing is known of the values: no figures beside the gridlines
  int decimals = 0;  // that the labels of all ticks need
  qint64 since = 0, until = 1;

  [[nodiscard]] double x(qint64 t) const { return plot.left() + static_cast<double>(t - since) / static_cast<double>(until - since) * plot.width(); }
  [[nodiscard]] qint64 time(double px) const {
    return since + static_cast<qint64>(std::llround((px - plot.left()) / plot.width() * static_cast<double>(until - since)));
  }
  [[nodiscard]] double y(double v) const {
    const double share = logarithmic ? (std::log(std::max(v, lo)) - std::log(lo)) / (std::log(hi) - std::log(lo)) : (v - lo) / (hi - lo);
    return plot.bottom() - share * plot.height();
  }
  [[nodiscard]] double clampedY(double v) const { return std::clamp(y(v), plot.top() - 1, plot.bottom() + 1); }
};

// What names, ticks and values need at either side.
[[nodiscard]] ChartMargins neededMargins(const ChartModel& model, const Metrics& metrics);
[[nodiscard]] ChartLayout layoutOf(const ChartModel& model, QSizeF size, const Metrics& metrics, ChartMargins margins);

// Markers that would overlap are drawn as one flag.
struct MarkerFlag {
  QRectF box;
  double x = 0;
  Marker::Kind kind = Marker::Kind::PolicyChange;
  QString text;
  std::vector<std::size_t> markers;
};
[[nodiscard]] std::vector<MarkerFlag> markerFlags(const ChartModel& model, const ChartLayout& layout);

}  // namespace signalbox::ui
