// SPDX-License-Identifier: Apache-2.0
#include "analytics/baselines.h"

#include "analytics/outcome_table.h"
#include "analytics/rollup.h"

namespace signalbox::analytics {
namespace {

constexpr std::int64_t kLeastRuns = 20;      // of a tier before its cost is imputed to requests that it did not run for
constexpr double kLeastCorrectKnown = 0.95;  // of the graded requests, before correctness is compared

struct Observations {
  OutcomeTable table;
  std::vector<Outcome> ours;
  std::vector<std::string> sessions;
  std::vector<std::vector<bool>> imputed;  // [request][tier]
};

bool serves(const domain::Attempt& attempt) {
  return attempt.role == domain::AttemptRole::Serve || attempt.role == domain::AttemptRole::Retry || attempt.role == domain::AttemptRole::Hedge;
}

Outcome observedAt(const domain::Decision& d, const std::string& tier) {
  Outcome outcome;
  for (const domain::Attempt& attempt : d.attempts) {
    if (attempt.tier != tier || !attempt.error.empty() || !serves(attempt) || !attempt.cost_usd) continue;
    outcome.cost_usd = outcome.cost_usd.value_or(0) + *attempt.cost_usd;
  }
  if (d.final_tier == tier) outcome.correct = d.score;
  return outcome;
}

std::optional<double> tokensOf(const domain::Decision& d) {
  if (!d.input_tokens || !d.output_tokens) return std::nullopt;
  return static_cast<double>(*d.input_tokens + *d.output_tokens);
}

// US dollars a token of the requests that the tier ran for; nullopt where they are too few.
std::optional<double> rateOf(const std::vector<const domain::Decision*>& routed, const Observations& seen, std::size_t tier) {
  double cost = 0, tokens = 0;
  std::int64_t runs = 0;
  for (std::size_t i = 0; i < routed.size(); ++i) {
    const auto size = tokensOf(*routed[i]);
    if (!size || !seen.table.rows[i][tier].cost_usd) continue;
    cost += *seen.table.rows[i][tier].cost_usd;
    tokens += *size;
    ++runs;
  }
  if (runs < kLeastRuns || tokens <= 0) return std::nullopt;
  return cost / tokens;
}

Observations observe(std::span<const domain::Decision> decisions, const std::vector<std::string>& tiers) {
  Observations seen;
  seen.table.models = tiers;
  std::vector<const domain::Decision*> routed;
  for (const domain::Decision& d : decisions) {
    if (!isRouted(d)) continue;
    routed.push_back(&d);
    seen.ours.push_back({d.score, d.cost_usd, d.latency_ms});
    seen.sessions.push_back(d.session.empty() ? d.id.string() : d.session);
    auto& row = seen.table.rows.emplace_back();
    for (const std::string& tier : tiers) row.push_back(observedAt(d, tier));
  }
  seen.imputed.assign(routed.size(), std::vector<bool>(tiers.size(), false));
  for (std::size_t t = 0; t < tiers.size(); ++t) {
    const auto rate = rateOf(routed, seen, t);
    for (std::size_t i = 0; rate && i < routed.size(); ++i) {
      const auto size = tokensOf(*routed[i]);
      if (seen.table.rows[i][t].cost_usd || !size) continue;
      seen.table.rows[i][t].cost_usd = *rate * *size;
      seen.imputed[i][t] = true;
    }
  }
  return seen;
}

bool correctKnown(const Observations& seen, std::span<const Outcome> other) {
  std::int64_t graded = 0, both = 0;
  for (std::size_t i = 0; i < other.size(); ++i) {
    if (!seen.ours[i].correct) continue;
    ++graded;
    if (other[i].correct) ++both;
  }
  return graded > 0 && static_cast<double>(both) >= kLeastCorrectKnown * static_cast<double>(graded);
}

domain::Baseline compareWith(std::string name, const Observations& seen, const std::vector<Outcome>& other, bool imputed, Bootstrap options) {
  domain::Baseline baseline;
  baseline.name = std::move(name);
  double total = 0;
  for (std::size_t i = 0; i < other.size(); ++i) {
    if (!other[i].cost_usd || !seen.ours[i].cost_usd) continue;
    total += *other[i].cost_usd;
    ++baseline.n;
  }
  if (baseline.n > 0) baseline.cost_usd = total;
  const auto compared = compare(seen.ours, other, seen.sessions, options);
  if (baseline.n > 0) baseline.saving = compared.saving;
  if (correctKnown(seen, other)) baseline.correct_diff = compared.correct_diff;
  baseline.basis = imputed ? "imputed" : "observed";
  return baseline;
}

bool anyImputed(const Observations& seen, std::size_t tier) {
  for (const auto& row : seen.imputed) {
    if (row[tier]) return true;
  }
  return false;
}

domain::Baseline unknown(std::string name) {
  domain::Baseline baseline;
  baseline.name = std::move(name);
  baseline.basis = "observed";
  return baseline;
}

}  // namespace

std::vector<domain::Baseline> baselines(std::span<const domain::Decision> decisions, const std::vector<std::string>& tiers, Bootstrap options) {
  const Observations seen = observe(decisions, tiers);
  if (seen.ours.empty() || tiers.empty()) {
    return {unknown("always-frontier"), unknown("best-single"), unknown("all-cheapest"), unknown("random-same-cost")};
  }
  const auto always = [&](const char* name, std::optional<std::size_t> tier) {
    if (!tier) return unknown(name);
    return compareWith(name, seen, alwaysModel(seen.table, *tier), anyImputed(seen, *tier), options);
  };
  const std::size_t frontier = tiers.size() - 1;
  // The best single tier can be named only where its answers were graded nearly everywhere.
  auto best = bestSingleModel(seen.table);
  if (best && !correctKnown(seen, alwaysModel(seen.table, *best))) best.reset();
  const auto cheapest = cheapestModel(seen.table);
  std::vector<domain::Baseline> all{always("always-frontier", frontier), always("best-single", best), always("all-cheapest", cheapest)};

  double ours = 0;
  bool known = true;
  for (const Outcome& outcome : seen.ours) {
    known = known && outcome.cost_usd;
    ours += outcome.cost_usd.value_or(0);
  }
  const auto split = known && cheapest ? randomSplit(seen.table, *cheapest, frontier, ours) : std::nullopt;
  all.push_back(split ? compareWith("random-same-cost", seen, *split, anyImputed(seen, *cheapest) || anyImputed(seen, frontier), options)
                      : unknown("random-same-cost"));
  return all;
}

}  // namespace signalbox::analytics
