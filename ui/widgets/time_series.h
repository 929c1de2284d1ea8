// SPDX-License-Identifier: GPL-3.0-only
// What a TimeSeriesView draws: plain values, set by a page, never fetched by the view.
#pragma once
#include <QString>
#include <functional>
#include <optional>
#include <vector>

#include "theme/text_run.h"
#include "theme/tier_key.h"
#include "widgets/sample_set.h"

namespace signalbox::ui {

enum class LineRole {
  Main,       // 1.8 px ink
  Secondary,  // 1.3 px ink2
  Thin,       // 1.3 px ink
  Reference,  // edge
  Quiet,      // grey: bars that only give the others their measure
  Draft       // 1.8 px orange: what is proposed or in canary
};

struct Series {
  QString name;                    // at the line's end
  Samples data;                    // lo and hi of it are drawn as the 95% band
  LineRole role = LineRole::Main;
  std::optional<TierKey> tier{};   // areas and bars take its colour, names its glyph
  bool dashed = false;             // TTFT, raw, less than 95% covered
  bool filled = false;             // the area down to zero, faintly
  QString endValue{};              // second line at its end, e.g. 76.0%; empty = none
};

enum class PlotKind {
  Lines,
  StackedShares,  // areas from 0 to 1; the first series at the bottom
  StackedBars     // one bar per sample, which covers [t, t + barWidth)
};

// Control limits that follow n; both on the same times as the data.
struct ControlLimits {
  Samples lower, upper;
  std::optional<double> centre;
  QString centreName;
};

struct LimitLine {
  double value = 0;
  QString name;          // "limit 5%", "budget 500 ms"
  bool policy = true;    // red 6-3 dash; else a quiet dotted line
};

struct Marker {
  enum class Kind { PolicyChange, Alert };
  qint64 time = 0;
  Kind kind = Kind::PolicyChange;
  QString label;    // r42, A-17
  QString details;  // for the table and for screen readers
};

// A range for which no events were received.
struct GapRange {
  qint64 since = 0, until = 0;
};

enum class ChartState {
  Loading,   // frame only; a sentence after 300 ms
  Ready,
  Partial,   // what has arrived; `until` on which side is hatched is the gap list's matter
  Empty,     // frame and axis kept, one sentence, one action
  Filtered,  // the same, naming the filters
  Stale,     // lines in stale, hatched from the last event on
  Withheld   // not permitted, or not enough coverage
};

enum class ValueScale { Linear, Logarithmic };

struct ValueAxis {
  ValueScale scale = ValueScale::Linear;
  std::optional<double> min{}, max{};           // unset = from the data, with round ends
  std::optional<double> reach{};                // the top is at least this, so that quiet data does not fill the plot
  bool fromZero = true;                         // linear only
  std::function<QString(double)> tick{};        // axis labels
  std::function<QString(double, int)> fixedTick{};  // instead, with the decimals that every label of the axis shares
  double tickUnit = 1;                          // what one unit of the label is: 0.01 where labels are percents
  std::function<QString(double)> value{};       // at the cursor and the line's end; as tick when unset
  int minTicks = 3, maxTicks = 6;
};

}  // namespace signalbox::ui
