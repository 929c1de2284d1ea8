// SPDX-License-Identifier: Apache-2.0
#include "analytics/baselines.h"

#include <array>
#include <unordered_map>

#include "analytics/imputed_cost.h"
#include "analytics/outcome_table.h"
#include "analytics/rollup.h"

namespace signalbox::analytics {
namespace {

constexpr double kLeastRuns = 20;            // of a tier before its cost is imputed to requests that it did not run for
constexpr double kLeastCorrectKnown = 0.95;  // of the graded requests, before correctness is compared

// Costs of the table are observed, or imputed where `imputed` says so.
struct Observations {
  OutcomeTable table;
  std::vector<Outcome> ours;
  std::vector<std::optional<double>> input_tokens;
  std::vector<std::string> sessions;
  std::vector<std::vector<bool>> imputed;  // [request][tier]
};

// So much of every request goes to that tier.
struct Share {
  std::size_t tier = 0;
  double weight = 1;
};

bool serves(const domain::Attempt& attempt) {
  return attempt.role == domain::AttemptRole::Serve || attempt.role == domain::AttemptRole::Retry || attempt.role == domain::AttemptRole::Hedge;
}

Outcome observedAt(const domain::Decision& d, const std::string& tier) {
  Outcome outcome;
  // A stream that was not served may have been left after its beginning, which tells nothing of what the whole costs.
  const bool whole = !d.stream || d.final_tier == tier;
  for (const domain::Attempt& attempt : d.attempts) {
    if (!whole || attempt.tier != tier || !attempt.error.empty() || !serves(attempt) || !attempt.cost_usd) continue;
    outcome.cost_usd = outcome.cost_usd.value_or(0) + *attempt.cost_usd;
  }
  if (d.final_tier == tier) outcome.correct = d.score;
  return outcome;
}

// How long the question is, as the first model that read it counts: models count differently, and the first is the same one for
// requests that were escalated and for those that were not.
std::optional<double> inputOf(const domain::Decision& d) {
  for (const domain::Attempt& attempt : d.attempts) {
    if (serves(attempt) && attempt.input_tokens) return static_cast<double>(*attempt.input_tokens);
  }
  if (d.input_tokens) return static_cast<double>(*d.input_tokens);
  return std::nullopt;
}

void impute(Observations& seen, std::size_t tier) {
  CostFit fit;
  const auto& rows = seen.table.rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i][tier].cost_usd && seen.input_tokens[i]) fit.add(*seen.input_tokens[i], *rows[i][tier].cost_usd);
  }
  if (fit.runs() < kLeastRuns) return;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i][tier].cost_usd || !seen.input_tokens[i]) continue;
    seen.table.rows[i][tier].cost_usd = fit.total(1, *seen.input_tokens[i]);
    seen.imputed[i][tier] = true;
  }
}

Observations observe(std::span<const domain::Decision> decisions, const std::vector<std::string>& tiers) {
  Observations seen;
  seen.table.models = tiers;
  for (const domain::Decision& d : decisions) {
    if (!isRouted(d)) continue;
    seen.ours.push_back({d.score, d.cost_usd, d.latency_ms});
    seen.input_tokens.push_back(inputOf(d));
    seen.sessions.push_back(d.session.empty() ? d.id.string() : d.session);
    auto& row = seen.table.rows.emplace_back();
    for (const std::string& tier : tiers) row.push_back(observedAt(d, tier));
  }
  seen.imputed.assign(seen.ours.size(), std::vector<bool>(tiers.size(), false));
  for (std::size_t t = 0; t < tiers.size(); ++t) impute(seen, t);
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

// What one session's requests cost at a tier: seen, or yet to be imputed.
struct SessionCost {
  double observed = 0, missing = 0, missing_tokens = 0;
  CostFit runs;
};

class SavingOf {
 public:
  SavingOf(const Observations& seen, std::span<const Outcome> other, std::span<const Share> mix) : mix_(mix) {
    std::unordered_map<std::string_view, std::size_t> places;
    for (const std::string& session : seen.sessions) places.try_emplace(session, places.size());
    ours_.resize(places.size());
    costs_.assign(mix.size(), std::vector<SessionCost>(places.size()));
    for (std::size_t i = 0; i < other.size(); ++i) {
      const std::size_t session = places[seen.sessions[i]];
      const bool compared = other[i].cost_usd && seen.ours[i].cost_usd;
      if (compared) ours_[session] += *seen.ours[i].cost_usd;
      for (std::size_t part = 0; part < mix.size(); ++part) add(seen, i, mix[part].tier, compared, costs_[part][session]);
    }
  }

  [[nodiscard]] domain::Estimate estimate(Bootstrap options) const {
    return bootstrap(ours_.size(), [this](std::span<const std::uint16_t> draws) { return of(draws); }, options);
  }

 private:
  static void add(const Observations& seen, std::size_t request, std::size_t tier, bool compared, SessionCost& cost) {
    const auto& known = seen.table.rows[request][tier].cost_usd;
    const auto& input = seen.input_tokens[request];
    const bool imputed = seen.imputed[request][tier];
    if (known && !imputed && input) cost.runs.add(*input, *known);
    if (!compared) return;
    if (imputed) cost.missing += 1, cost.missing_tokens += *input;
    else cost.observed += *known;
  }

  [[nodiscard]] std::optional<double> of(std::span<const std::uint16_t> draws) const {
    double ours = 0, other = 0;
    for (std::size_t i = 0; i < draws.size(); ++i) ours += draws[i] * ours_[i];
    for (std::size_t part = 0; part < mix_.size(); ++part) {
      SessionCost all;
      for (std::size_t i = 0; i < draws.size(); ++i) {
        if (draws[i] == 0) continue;
        const SessionCost& one = costs_[part][i];
        all.observed += draws[i] * one.observed;
        all.missing += draws[i] * one.missing;
        all.missing_tokens += draws[i] * one.missing_tokens;
        all.runs.add(one.runs, draws[i]);
      }
      const auto imputed = all.missing > 0 ? all.runs.total(all.missing, all.missing_tokens) : 0;
      if (!imputed) return std::nullopt;
      other += mix_[part].weight * (all.observed + *imputed);
    }
    if (other <= 0) return std::nullopt;
    return (other - ours) / other;
  }

  std::span<const Share> mix_;
  std::vector<double> ours_;                     // by session
  std::vector<std::vector<SessionCost>> costs_;  // [part of the mix][session]
};

domain::Baseline compareWith(std::string name, const Observations& seen, const std::vector<Outcome>& other, std::span<const Share> mix,
                             Bootstrap options) {
  domain::Baseline baseline;
  baseline.name = std::move(name);
  double total = 0;
  bool imputed = false;
  for (std::size_t i = 0; i < other.size(); ++i) {
    for (const Share& share : mix) imputed = imputed || seen.imputed[i][share.tier];
    if (!other[i].cost_usd || !seen.ours[i].cost_usd) continue;
    total += *other[i].cost_usd;
    ++baseline.n;
  }
  if (baseline.n > 0) {
    baseline.cost_usd = total;
    baseline.saving = SavingOf(seen, other, mix).estimate(options);
    if (baseline.saving.n > 0) baseline.saving.n = baseline.n;  // requests, not sessions
  }
  if (correctKnown(seen, other)) baseline.correct_diff = correctDifference(seen.ours, other, seen.sessions, options);
  baseline.basis = imputed ? "imputed" : "observed";
  return baseline;
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
    const Share all{*tier, 1};
    return compareWith(name, seen, alwaysModel(seen.table, *tier), {&all, 1}, options);
  };
  const std::size_t frontier = tiers.size() - 1;
  // The best single tier can be named only where its answers were graded nearly everywhere.
  auto best = bestSingleModel(seen.table);
  if (best && !correctKnown(seen, alwaysModel(seen.table, *best))) best.reset();
  const auto cheapest = cheapestModel(seen.table);
  std::vector<domain::Baseline> all{always("always-frontier", frontier), always("best-single", best), always("all-cheapest", cheapest)};

  const auto split = cheapest ? randomSplit(seen.table, *cheapest, frontier, seen.ours) : std::nullopt;
  if (!split) {
    all.push_back(unknown("random-same-cost"));
    return all;
  }
  const std::array mix{Share{*cheapest, 1 - split->strong_share}, Share{frontier, split->strong_share}};
  all.push_back(compareWith("random-same-cost", seen, split->outcomes, mix, options));
  return all;
}

}  // namespace signalbox::analytics
