// SPDX-License-Identifier: Apache-2.0
#include "lab/baselines.h"

#include <array>

#include "analytics/rollup.h"
#include "lab/simulated_answer.h"
#include "lab/statistics.h"

namespace signalbox::lab {
namespace {

// Weighted sums over prompts, of which one observation is (cost, score).
struct Sums {
  std::array<double, 6> moments{};  // n, Σc, Σk, Σc², Σk², Σck
  bool costs_known = true;

  void add(std::optional<double> cost, double score, double weight = 1) {
    if (!cost) costs_known = false;
    const double c = cost.value_or(0);
    const std::array<double, 6> one{1, c, score, c * c, score * score, c * score};
    for (std::size_t i = 0; i < one.size(); ++i) moments[i] += weight * one[i];
  }
  [[nodiscard]] domain::Estimate cost() const {
    const auto [n, c, k, cc, kk, ck] = moments;
    if (!costs_known || n < 2) return {};
    const double half = 1.959963984540054 * std::sqrt(std::max(0.0, cc - c * c / n) / (n - 1) * n);
    return {c, std::max(0.0, c - half), c + half, static_cast<std::int64_t>(std::llround(n))};
  }
  [[nodiscard]] BaselineLine line(std::string name) const {
    const auto n = static_cast<std::int64_t>(std::llround(moments[0]));
    BaselineLine line{std::move(name), analytics::wilson(moments[2], n), cost(), {}};
    if (costs_known && n > 1) line.cost_per_correct = analytics::ratioFieller(moments);
    return line;
  }
};

Sums always(const std::vector<LadderRow>& rows, std::size_t rung) {
  Sums sums;
  for (const auto& row : rows) sums.add(row.cost[rung], row.score[rung]);
  return sums;
}

Sums oracle(const std::vector<LadderRow>& rows) {
  Sums sums;
  for (const auto& row : rows) {
    std::size_t best = 0;
    while (best + 1 < row.score.size() && row.score[best] < 0.5) ++best;
    if (row.score[best] < 0.5) best = 0;
    sums.add(row.cost[best], row.score[best]);
  }
  return sums;
}

std::optional<Sums> random(const std::vector<LadderRow>& rows) {
  double low = 0, high = 0, ours = 0;
  for (const auto& row : rows) {
    if (!row.cost.front() || !row.cost.back() || !row.spent) return std::nullopt;
    low += *row.cost.front();
    high += *row.cost.back();
    ours += *row.spent;
  }
  if (rows.empty() || high <= low) return std::nullopt;
  const double share = std::clamp((ours - low) / (high - low), 0.0, 1.0);
  Sums sums;
  for (const auto& row : rows) {
    sums.add(row.cost.front(), row.score.front(), 1 - share);
    sums.add(row.cost.back(), row.score.back(), share);
  }
  return sums;
}

std::optional<double> costOf(const Outcomes& outcomes, const OutcomeRow& row, const Record& record, const std::string& model,
                             const std::map<std::string, domain::Price>& prices) {
  if (record.cost_usd) return record.cost_usd;
  const auto price = prices.find(model);
  if (price == prices.end()) return std::nullopt;
  const auto answer = recordedAnswer(outcomes, row, record, model, 1);
  return domain::costUsd({answer.input_tokens, answer.output_tokens, 0, 0, 0, domain::UsageSource::Estimated}, price->second);
}

}  // namespace

std::vector<LadderRow> ladderRows(const Outcomes& outcomes, const std::vector<ReplayResult>& results, const std::vector<std::string>& ladder,
                                  const std::map<std::string, domain::Price>& prices) {
  std::vector<LadderRow> rows;
  for (const auto& result : results) {
    if (result.status != ReplayStatus::Answered) continue;
    const OutcomeRow& row = outcomes.rows()[result.row];
    LadderRow line;
    for (const auto& model : ladder) {
      const Record* record = row.record(model);
      if (!record) break;
      line.score.push_back(record->correct);
      line.cost.push_back(costOf(outcomes, row, *record, model, prices));
    }
    line.spent = result.cost_usd;
    if (!ladder.empty() && line.score.size() == ladder.size()) rows.push_back(std::move(line));
  }
  return rows;
}

std::vector<BaselineLine> baselines(const std::vector<LadderRow>& rows, const std::vector<std::string>& ladder) {
  if (rows.empty() || ladder.empty()) return {};
  std::vector<BaselineLine> lines;
  lines.push_back(always(rows, 0).line("always cheapest (" + ladder.front() + ")"));
  if (ladder.size() > 1) {
    lines.push_back(always(rows, ladder.size() - 1).line("always frontier (" + ladder.back() + ")"));
    const auto mixed = random(rows);
    lines.push_back(mixed ? mixed->line("random at the same cost") : BaselineLine{"random at the same cost", {}, {}, {}});
    lines.push_back(oracle(rows).line("oracle"));
  }
  return lines;
}

}  // namespace signalbox::lab
