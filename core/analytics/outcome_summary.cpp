// SPDX-License-Identifier: Apache-2.0
#include "analytics/outcome_summary.h"

namespace signalbox::analytics {

void OutcomeSums::add(const Outcome& outcome) {
  ++requests_;
  if (outcome.correct) ++graded_, correct_ += *outcome.correct;
  if (outcome.cost_usd) addPair(cost_, *outcome.cost_usd, 1);
  if (outcome.correct && outcome.cost_usd) addPair(cost_and_correct_, *outcome.cost_usd, *outcome.correct);
  if (outcome.latency_ms) latency_.add(*outcome.latency_ms);
}

OutcomeSummary OutcomeSums::summary(std::string name) const {
  OutcomeSummary summary;
  summary.name = std::move(name);
  summary.requests = requests_;
  summary.accuracy = wilson(correct_, graded_);
  summary.total_usd = totalNormal(cost_);
  summary.cost_per_correct.estimate = ratioFieller(cost_and_correct_);
  if (requests_ > 0) summary.cost_per_correct.graded_share = static_cast<double>(graded_) / static_cast<double>(requests_);
  summary.p50_ms = latency_.quantile(0.50);
  summary.p95_ms = latency_.quantile(0.95);
  summary.p99_ms = latency_.quantile(0.99);
  return summary;
}

OutcomeSummary summarize(std::string name, std::span<const Outcome> outcomes) {
  OutcomeSums sums;
  for (const Outcome& outcome : outcomes) sums.add(outcome);
  return sums.summary(std::move(name));
}

}  // namespace signalbox::analytics
