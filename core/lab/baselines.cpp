// SPDX-License-Identifier: Apache-2.0
#include "lab/baselines.h"

#include "lab/simulated_answer.h"

namespace signalbox::lab {
namespace {

using analytics::Outcome;
using analytics::OutcomeSummary;

std::optional<double> costOf(const Outcomes& outcomes, const OutcomeRow& row, const Record& record, const std::string& model,
                             const std::map<std::string, domain::Price>& prices) {
  if (record.cost_usd) return record.cost_usd;
  const auto price = prices.find(model);
  if (price == prices.end()) return std::nullopt;
  const auto answer = recordedAnswer(outcomes, row, record, model, 1);
  return domain::costUsd({answer.input_tokens, answer.output_tokens, 0, 0, 0, domain::UsageSource::Estimated}, price->second);
}

Outcome oursOf(const PromptSums& sums) {
  Outcome ours;
  if (sums.graded > 0) ours.correct = sums.score / static_cast<double>(sums.graded);
  if (sums.costed > 0) ours.cost_usd = sums.cost_usd / static_cast<double>(sums.costed);
  return ours;
}

// The total of a part of the prompts, beside lines over all of them, would be read as cheaper than it is.
OutcomeSummary line(std::string name, const std::vector<Outcome>& outcomes) {
  OutcomeSummary summary = analytics::summarize(std::move(name), outcomes);
  if (summary.total_usd.n < summary.requests) summary.total_usd = {}, summary.cost_per_correct.estimate = {};
  return summary;
}

}  // namespace

Ladder ladderRows(const Outcomes& outcomes, const std::map<std::size_t, PromptSums>& prompts, const std::vector<std::string>& models,
                  const std::map<std::string, domain::Price>& prices) {
  Ladder ladder{{models, {}}, {}};
  for (const auto& [at, sums] : prompts) {
    const OutcomeRow& row = outcomes.rows()[at];
    std::vector<Outcome> cells;
    for (const auto& model : models) {
      const Record* record = row.record(model);
      if (!record) break;
      cells.push_back({record->correct, costOf(outcomes, row, *record, model, prices), record->latency_ms});
    }
    if (models.empty() || cells.size() < models.size()) continue;
    ladder.table.rows.push_back(std::move(cells));
    ladder.ours.push_back(oursOf(sums));
  }
  return ladder;
}

std::vector<OutcomeSummary> baselines(const Ladder& ladder) {
  const auto& table = ladder.table;
  if (table.rows.empty()) return {};
  const std::size_t frontier = table.models.size() - 1;
  // By what they cost; where that is not known, by the order of the ladder.
  const std::size_t cheapest = analytics::cheapestModel(table).value_or(0);
  std::vector<OutcomeSummary> lines{line("this run", ladder.ours),
                                    line("always cheapest (" + table.models[cheapest] + ")", analytics::alwaysModel(table, cheapest))};
  if (frontier == 0) return lines;
  lines.push_back(line("always frontier (" + table.models[frontier] + ")", analytics::alwaysModel(table, frontier)));
  const auto split = analytics::randomSplit(table, cheapest, frontier, ladder.ours);
  lines.push_back(split ? line("random at the same cost", split->outcomes) : OutcomeSummary{"random at the same cost", 0, {}, {}, {}, {}, {}, {}});
  lines.push_back(line("oracle", analytics::oracle(table)));
  return lines;
}

}  // namespace signalbox::lab
