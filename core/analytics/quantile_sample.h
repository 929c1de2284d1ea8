// SPDX-License-Identifier: Apache-2.0
// Values of which quantiles are asked for in the end, in bounded memory: exact up to a million of them, by a sketch (within 1%)
// beyond.
#pragma once
#include <vector>

#include "analytics/latency_sketch.h"
#include "domain/metrics.h"

namespace signalbox::analytics {

class QuantileSample {
 public:
  explicit QuantileSample(std::size_t most_exact = 1'000'000) : most_exact_(most_exact) {}
  void add(double value);
  // With the interval of order statistics (intervals.h); n = 0 where there are no values.
  [[nodiscard]] domain::Estimate quantile(double q) const;

 private:
  std::size_t most_exact_;
  std::vector<double> values_;  // empty once there are too many
  LatencySketch sketch_;        // empty until then
};

}  // namespace signalbox::analytics
