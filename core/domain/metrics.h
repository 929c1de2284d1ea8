// SPDX-License-Identifier: Apache-2.0
// Aggregates that people see. Every rate and ratio carries its 95% interval and the count it rests on; n = 0 means unknown,
// and then value, lo and hi mean nothing.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace signalbox::domain {

struct Estimate {
  double value = 0;
  double lo = 0;
  double hi = 0;
  std::int64_t n = 0;
};

struct Percentiles {
  std::optional<double> p50, p95, p99;  // milliseconds
};

struct TierShare {
  std::int64_t requests = 0;
  double cost_usd = 0;
  std::int64_t cost_known = 0;  // requests whose cost is known; the sum is over them
};

struct CostPerCorrect {
  Estimate estimate;          // US dollars; n = graded requests
  double graded_share = 0;    // graded ÷ all, 0..1
};

// One bucket, half-open [since, until), or the whole range. Counts are requests.
struct MetricsBucket {
  WallMicros since = 0;
  WallMicros until = 0;
  std::int64_t requests = 0;
  std::int64_t routed = 0;     // reached a tier: not cached, learned, pinned or shed
  std::int64_t escalated = 0;  // of those, with at least one escalation
  std::int64_t errors = 0;
  std::int64_t cached = 0;
  std::int64_t learned = 0;
  std::int64_t graded = 0;
  double correct = 0;          // Σ score of the graded
  double cost_usd = 0;         // Σ over the requests whose cost is known
  std::int64_t cost_known = 0;
  double shadow_usd = 0;
  std::map<std::string, TierShare> tiers;
  Percentiles latency_ms;
  Percentiles ttft_ms;
  CostPerCorrect cost_per_correct;
  Estimate escalation_rate;    // escalated ÷ routed
  Estimate error_rate;         // errors ÷ requests
  Estimate accuracy;           // correct ÷ graded
};

struct MetricsReport {
  MetricsBucket total;
  std::vector<MetricsBucket> buckets;
  std::optional<WallMicros> kept_since = std::nullopt;  // the range began earlier, but decisions from before are deleted
};

struct Baseline {
  std::string name;  // always-frontier, best-single, all-cheapest, random-same-cost
  std::optional<double> cost_usd;
  Estimate saving;        // (baseline − ours) ÷ baseline; n = 0 unknown
  Estimate correct_diff;  // ours − baseline, in shares
  std::string basis;      // observed or imputed
  std::int64_t n = 0;
};

}  // namespace signalbox::domain
