// SPDX-License-Identifier: Apache-2.0
#include "lab/replay_report.h"

#include <algorithm>

#include "config/price_table.h"
#include "lab/baselines.h"
#include "lab/offered_models.h"

namespace signalbox::lab {
namespace {

void split(const ReplayTally& tally, const std::vector<std::string>& order, ReplayReport& out) {
  if (tally.routed == 0) return;
  auto by_tier = tally.routed_by_tier;
  std::vector<std::string> names = order;
  for (const auto& [tier, requests] : by_tier) {
    if (std::ranges::find(names, tier) == names.end()) names.push_back(tier);
  }
  for (const auto& tier : names) out.tiers.emplace_back(tier, analytics::wilson(static_cast<double>(by_tier[tier]), tally.routed));
  out.escalation_rate = analytics::wilson(static_cast<double>(tally.escalated), tally.escalations_known);
}

}  // namespace

ReplayReport report(const Outcomes& outcomes, const ReplayRun& run, ReportOptions options) {
  ReplayReport out;
  const OfferedModels offered = readOfferedModels(run.models);
  out.ladder = options.ladder.empty() ? ladderOf(offered, run.tally.answered_by, outcomes) : options.ladder;
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
  out.counts = run.tally.counts;
  out.late = run.late;
  out.seconds = run.seconds;
  out.partial = run.partial;
  split(run.tally, offered.tiers, out);
  out.run = run.tally.answered.summary("this run");
  out.ttft_p50 = run.tally.ttft_ms.quantile(0.50);
  out.ttft_p99 = run.tally.ttft_ms.quantile(0.99);
  out.same_prompts = baselines(ladderRows(outcomes, run.tally.prompts, out.ladder, prices));
  return out;
}

}  // namespace signalbox::lab
