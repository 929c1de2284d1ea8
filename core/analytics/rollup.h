// SPDX-License-Identifier: Apache-2.0
// Aggregation of decisions into buckets. Latencies go into mergeable sketches (relative error ≤ 1%), so that any bucket width is
// a merge. Pure value types; the engine feeds them.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "domain/decision.h"
#include "domain/metrics.h"

namespace signalbox::analytics {

// Log-bucketed histogram of milliseconds; quantile() is within 1% of the exact one.
class LatencySketch {
 public:
  void add(double ms);
  void merge(const LatencySketch& other);
  [[nodiscard]] std::optional<double> quantile(double q) const;
  [[nodiscard]] std::int64_t count() const { return count_; }

 private:
  std::map<std::int16_t, std::int64_t> bins_;
  std::int64_t count_ = 0;
};

// Sums that a bucket needs; everything that people see is derived from them in report().
struct Rollup {
  WallMicros since = 0;
  WallMicros until = 0;
  domain::MetricsBucket sums;  // counts and sums only
  LatencySketch latency, ttft;
  // Moments for the ratio's interval, over graded requests: n, Σc, Σk, Σc², Σk², Σck (c = cost, k = score).
  std::array<double, 6> moments{};

  void add(const domain::Decision& decision);
  // A label that came after its decision was added: `before` and `after` are the decision's scores.
  void regrade(const domain::Decision& decision, std::optional<double> before, std::optional<double> after);
  void merge(const Rollup& other);
  // Rates with Wilson intervals, cost per correct with Fieller's, percentiles.
  [[nodiscard]] domain::MetricsBucket report() const;
};

[[nodiscard]] domain::Estimate wilson(double successes, std::int64_t n);  // 95%
// Σcost ÷ Σcorrect with Fieller's 95% interval; hi is infinite when Σcorrect is not clearly above zero.
[[nodiscard]] domain::Estimate ratioFieller(const std::array<double, 6>& moments);

// Kept per second for an hour, per minute for two days, per hour for ever (in memory; the store keeps the decisions).
class RollupStore {
 public:
  void add(const domain::Decision& decision);
  void regrade(const domain::Decision& decision, std::optional<double> before, std::optional<double> after);
  // Buckets of `bucket_us` aligned to `offset_us` from UTC midnight; 0 = the whole range only. Half-open.
  [[nodiscard]] domain::MetricsReport query(WallMicros since, WallMicros until, WallMicros bucket_us, WallMicros offset_us) const;

 private:
  std::map<WallMicros, Rollup> seconds_, minutes_, hours_;
};

}  // namespace signalbox::analytics
