// SPDX-License-Identifier: GPL-3.0-only
// A p-chart with Laney's correction: three-sigma limits for a share that is counted anew in every bucket, widened by how much
// the buckets vary beyond chance (D. B. Laney, Quality Engineering 14(4), 2002). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

namespace signalbox::ui {

struct ShareSample {
  std::int64_t part = 0, whole = 0;  // whole = 0: no sample
};
struct PChart {
  double centre = 0;
  std::vector<double> lower, upper;  // as many as samples; NaN where there is no sample
};
// nullopt with fewer than eight samples, or none of the event at all: then limits would say nothing.
[[nodiscard]] std::optional<PChart> laneyChart(const std::vector<ShareSample>& samples);

}  // namespace signalbox::ui
