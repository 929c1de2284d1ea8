// SPDX-License-Identifier: Apache-2.0
#include "lab/replay_report.h"

#include <set>

#include "analytics/rollup.h"
#include "config/price_table.h"
#include "lab/baselines.h"
#include "lab/offered_models.h"
#include "lab/statistics.h"

namespace signalbox::lab {
namespace {

void count(const ReplayRun& run, ReplayReport& out) {
  for (const auto& result : run.results) {
    switch (result.status) {
      case ReplayStatus::Answered: ++out.answered; break;
      case ReplayStatus::UnknownPrompt: ++out.unknown_prompt; break;
      case ReplayStatus::NoRecord: ++out.no_record; break;
      case ReplayStatus::Failed: ++out.failed; ++out.errors[result.error]; break;
      case ReplayStatus::Truncated: ++out.truncated; ++out.errors[result.error]; break;
    }
    if (result.score) ++out.graded;
    if (result.feedback_posted) ++out.feedback_posted;
  }
  out.ended = run.results.size();
  out.late = run.late;
  out.seconds = run.seconds;
  out.partial = run.partial;
}

// Reached a tier by routing: not from a cache, not learned, not pinned by its name.
bool routed(const ReplayResult& result) {
  return result.status == ReplayStatus::Answered && !result.tier.empty() && result.reason != "pinned" &&
         (result.cache.empty() || result.cache == "none");
}

void split(const ReplayRun& run, const std::vector<std::string>& order, ReplayReport& out) {
  std::map<std::string, std::int64_t> by_tier;
  std::int64_t total = 0, known = 0, escalated = 0;
  for (const auto& result : run.results) {
    if (!routed(result)) continue;
    ++by_tier[result.tier];
    ++total;
    if (!result.escalations) continue;
    ++known;
    if (*result.escalations > 0) ++escalated;
  }
  for (const auto& tier : order) by_tier.try_emplace(tier, 0);
  std::vector<std::string> names = order;
  for (const auto& [tier, requests] : by_tier) {
    if (std::ranges::find(names, tier) == names.end()) names.push_back(tier);
  }
  for (const auto& tier : names) {
    if (total > 0) out.tiers.emplace_back(tier, analytics::wilson(static_cast<double>(by_tier[tier]), total));
  }
  if (known > 0) out.escalation_rate = analytics::wilson(static_cast<double>(escalated), known);
}

void times(const ReplayRun& run, ReplayReport& out) {
  std::vector<double> latency, ttft;
  for (const auto& result : run.results) {
    if (result.status != ReplayStatus::Answered) continue;
    latency.push_back(result.latency_ms);
    if (result.ttft_ms) ttft.push_back(*result.ttft_ms);
  }
  std::ranges::sort(latency);
  std::ranges::sort(ttft);
  out.p50 = quantileInterval(latency, 0.50);
  out.p95 = quantileInterval(latency, 0.95);
  out.p99 = quantileInterval(latency, 0.99);
  out.ttft_p50 = quantileInterval(ttft, 0.50);
  out.ttft_p99 = quantileInterval(ttft, 0.99);
}

void money(const ReplayRun& run, ReplayReport& out) {
  std::vector<double> costs;
  std::array<double, 6> moments{};
  double correct = 0;
  for (const auto& result : run.results) {
    if (result.status != ReplayStatus::Answered) continue;
    if (result.cost_usd) costs.push_back(*result.cost_usd);
    if (!result.score) continue;
    correct += *result.score;
    if (!result.cost_usd) continue;
    const double c = *result.cost_usd, k = *result.score;
    const std::array<double, 6> one{1, c, k, c * c, k * k, c * k};
    for (std::size_t i = 0; i < one.size(); ++i) moments[i] += one[i];
  }
  out.cost = sumInterval(costs);
  if (out.graded > 0) out.accuracy = analytics::wilson(correct, static_cast<std::int64_t>(out.graded));
  if (moments[0] > 0) out.cost_per_correct = analytics::ratioFieller(moments);
}

}  // namespace

ReplayReport report(const Outcomes& outcomes, const ReplayRun& run, ReportOptions options) {
  ReplayReport out;
  const OfferedModels offered = readOfferedModels(run.models);
  out.ladder = options.ladder.empty() ? ladderOf(offered, run.results, outcomes) : options.ladder;
  std::map<std::string, domain::Price> prices;
  for (const auto& model : out.ladder) {
    const auto given = options.prices.find(model);
    const auto told = offered.prices.find(model);
    std::optional<domain::Price> price;
    if (given != options.prices.end()) {
      price = given->second;
    } else if (told != offered.prices.end()) {
      price = told->second;
    } else {
      price = config::builtInPrice("", model);
    }
    if (!price) continue;
    out.price_sources.emplace(model, price->source);
    prices.emplace(model, std::move(*price));
  }
  out.options = std::move(options);
  count(run, out);
  split(run, offered.tiers, out);
  times(run, out);
  money(run, out);
  out.baselines = baselines(ladderRows(outcomes, run.results, out.ladder, prices), out.ladder);
  return out;
}

}  // namespace signalbox::lab
