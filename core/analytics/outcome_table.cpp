// SPDX-License-Identifier: Apache-2.0
#include "analytics/outcome_table.h"

#include <unordered_map>

namespace signalbox::analytics {
namespace {

constexpr std::size_t kMostResampled = 10'000;  // sessions; beyond it the two intervals differ by less than they show

struct Mean {
  double sum = 0;
  std::int64_t n = 0;
  void add(const std::optional<double>& value) {
    if (value) sum += *value, ++n;
  }
  [[nodiscard]] double value() const { return sum / static_cast<double>(n); }
};

// Σx and Σy per session; requests without a session are sessions of one.
class SessionSums {
 public:
  explicit SessionSums(std::span<const std::string> sessions) : sessions_(sessions) {}
  void add(std::size_t request, double x, double y) {
    std::size_t at = x_.size();
    if (!sessions_.empty() && !sessions_[request].empty()) at = places_.try_emplace(sessions_[request], at).first->second;
    if (at == x_.size()) x_.push_back(0), y_.push_back(0);
    x_[at] += x;
    y_[at] += y;
    ++requests_;
  }
  // Its n is the requests, not the sessions.
  [[nodiscard]] domain::Estimate ratio(Bootstrap options) const {
    domain::Estimate estimate = x_.size() > kMostResampled ? ratioLinearized(x_, y_) : bootstrapRatio(x_, y_, options);
    if (estimate.n > 0) estimate.n = requests_;
    return estimate;
  }

 private:
  std::span<const std::string> sessions_;
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<double> x_, y_;
  std::int64_t requests_ = 0;
};

}  // namespace

std::vector<Outcome> alwaysModel(const OutcomeTable& table, std::size_t model) {
  std::vector<Outcome> out;
  out.reserve(table.rows.size());
  for (const auto& row : table.rows) out.push_back(row[model]);
  return out;
}

std::optional<std::size_t> cheapestModel(const OutcomeTable& table) {
  std::optional<std::size_t> best;
  double lowest = 0;
  bool unknown_before = false;
  for (std::size_t model = 0; model < table.models.size(); ++model) {
    Mean cost;
    for (const auto& row : table.rows) cost.add(row[model].cost_usd);
    if (cost.n == 0) unknown_before = unknown_before || !best;
    else if (!best || cost.value() < lowest) best = model, lowest = cost.value();
  }
  return unknown_before ? std::nullopt : best;
}

std::optional<std::size_t> bestSingleModel(const OutcomeTable& table) {
  std::optional<std::size_t> best;
  double highest = 0, its_cost = 0;
  for (std::size_t model = 0; model < table.models.size(); ++model) {
    Mean correct, cost;
    for (const auto& row : table.rows) correct.add(row[model].correct), cost.add(row[model].cost_usd);
    if (correct.n == 0) continue;
    const double mean_cost = cost.n > 0 ? cost.value() : std::numeric_limits<double>::infinity();
    if (!best || correct.value() > highest || (correct.value() == highest && mean_cost < its_cost)) {
      best = model, highest = correct.value(), its_cost = mean_cost;
    }
  }
  return best;
}

std::optional<RandomSplit> randomSplit(const OutcomeTable& table, std::size_t weak, std::size_t strong, std::span<const Outcome> ours) {
  double low = 0, high = 0, spent = 0;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto &at_weak = table.rows[i][weak].cost_usd, &at_strong = table.rows[i][strong].cost_usd;
    if (!at_weak || !at_strong || !ours[i].cost_usd) continue;
    low += *at_weak;
    high += *at_strong;
    spent += *ours[i].cost_usd;
  }
  if (low == high) return std::nullopt;
  const double p = (spent - low) / (high - low);
  if (!(p >= 0 && p <= 1)) return std::nullopt;
  const auto mix = [p](const std::optional<double>& a, const std::optional<double>& b) -> std::optional<double> {
    if (!a || !b) return std::nullopt;
    return (1 - p) * *a + p * *b;
  };
  RandomSplit split{p, {}};
  split.outcomes.reserve(table.rows.size());
  for (const auto& row : table.rows) {
    split.outcomes.push_back({mix(row[weak].correct, row[strong].correct), mix(row[weak].cost_usd, row[strong].cost_usd),
                              mix(row[weak].latency_ms, row[strong].latency_ms)});
  }
  return split;
}

std::vector<Outcome> oracle(const OutcomeTable& table) {
  std::vector<Outcome> out;
  out.reserve(table.rows.size());
  for (const auto& row : table.rows) {
    const Outcome* best = nullptr;
    for (const Outcome& cell : row) {
      if (!cell.correct) continue;
      const auto cheaper = [&] { return cell.cost_usd && (!best->cost_usd || *cell.cost_usd < *best->cost_usd); };
      if (!best || *cell.correct > *best->correct || (*cell.correct == *best->correct && cheaper())) best = &cell;
    }
    out.push_back(best ? *best : Outcome{});
  }
  return out;
}

domain::Estimate correctDifference(std::span<const Outcome> ours, std::span<const Outcome> other, std::span<const std::string> sessions,
                                   Bootstrap options) {
  SessionSums correct(sessions);
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (ours[i].correct && other[i].correct) correct.add(i, *ours[i].correct - *other[i].correct, 1);
  }
  return correct.ratio(options);
}

}  // namespace signalbox::analytics
