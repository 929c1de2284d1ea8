// SPDX-License-Identifier: GPL-3.0-only
// Reduces a series to what a picture of so many columns can show: at most one entry per column, each with the extremes of all
// samples in it. Where there are fewer samples than columns, the samples themselves. Pure.
#pragma once
#include <vector>

#include "widgets/sample_set.h"

namespace signalbox::ui {

struct PlotPoint {
  double position = 0;  // in columns from the left, fractional for single samples
  double mean = 0, min = 0, max = 0;
  double lo = kNoValue, hi = kNoValue;  // the interval, where there is one
  bool breakBefore = false;             // no line from the one before
};

struct PlotPoints {
  std::vector<PlotPoint> at;
  bool condensed = false;  // entries are columns, not samples
};

// `centre` is added to every sample's time: half a bucket where times are bucket starts.
[[nodiscard]] PlotPoints plotPoints(const SampleSet& set, qint64 since, qint64 until, int columns, qint64 centre = 0);

}  // namespace signalbox::ui
