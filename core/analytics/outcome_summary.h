// SPDX-License-Identifier: Apache-2.0
// What requests answered in one way amount to: accuracy, cost, cost per correct answer and latency, each with its 95% interval and
// its count. Requests are taken as independent. Unknown stays unknown: who was not graded is left out of accuracy and counted in
// graded_share. Sums in bounded memory.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "analytics/intervals.h"
#include "analytics/quantile_sample.h"

namespace signalbox::analytics {

// One request answered in one way.
struct Outcome {
  std::optional<double> correct;  // 0..1
  std::optional<double> cost_usd;
  std::optional<double> latency_ms;
};

struct OutcomeSummary {
  std::string name;
  std::int64_t requests = 0;
  domain::Estimate accuracy;                // over the graded
  domain::Estimate total_usd;               // of those whose cost is known
  domain::CostPerCorrect cost_per_correct;  // over the graded whose cost is known; the share is of all requests
  domain::Estimate p50_ms, p95_ms, p99_ms;  // order statistics
};

class OutcomeSums {
 public:
  void add(const Outcome& outcome);
  [[nodiscard]] OutcomeSummary summary(std::string name) const;

 private:
  std::int64_t requests_ = 0, graded_ = 0;
  double correct_ = 0;
  Moments cost_{}, cost_and_correct_{};
  QuantileSample latency_;
};

[[nodiscard]] OutcomeSummary summarize(std::string name, std::span<const Outcome> outcomes);

}  // namespace signalbox::analytics
