// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/strings.h"
#include "policy/policy.h"

namespace signalbox::policy {
namespace {

using domain::Reason;
using domain::Strategy;

bool contains(const std::vector<std::string>& list, std::string_view word) { return std::find(list.begin(), list.end(), word) != list.end(); }

bool containsIgnoringCase(const std::vector<std::string>& list, std::string_view word) {
  return std::any_of(list.begin(), list.end(), [&](const std::string& one) { return equalsIgnoreCase(one, word); });
}

// Hints count as the headers they are named after, wherever they came from.
std::string_view headerValue(const domain::Request& request, std::string_view name) {
  if (name == "x-signalbox-workload") return request.hints.workload;
  if (name == "x-signalbox-session") return request.hints.session;
  if (name == "x-signalbox-user") return request.hints.user;
  if (name == "x-signalbox-domain") return request.hints.domain;
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return {};
}

bool holds(const Workload::Match& match, const domain::Request& request) {
  if (!match.models.empty() && !contains(match.models, request.model)) return false;
  if (!match.domains.empty() && !containsIgnoringCase(match.domains, request.hints.domain)) return false;
  return std::all_of(match.headers.begin(), match.headers.end(),
                     [&](const auto& header) { return contains(header.second, headerValue(request, header.first)); });
}

bool holds(const Override& rule, const domain::Request& request) {
  if (!rule.domains.empty() && !containsIgnoringCase(rule.domains, request.hints.domain)) return false;
  if (!rule.pattern) return true;
  // Every turn counts: what was said before stays said.
  return std::any_of(request.messages.begin(), request.messages.end(),
                     [&](const domain::Message& message) { return message.role == "user" && rule.pattern->search(message.text); });
}

// Level 0, 1 or 2 → a tier of those there are. The tree speaks of tiers 1 to 3, the heuristic of first, middle and last.
std::size_t tierOfLevel(Strategy strategy, int level, std::size_t tiers) {
  const std::size_t last = tiers - 1;
  if (strategy == Strategy::Tree || tiers <= 3) return std::min(static_cast<std::size_t>(level), last);
  return level == 0 ? 0 : level == 1 ? last / 2 : last;
}

std::size_t tierOfScore(double score, const std::vector<double>& boundaries) {
  std::size_t tier = 0;
  while (tier < boundaries.size() && score >= boundaries[tier]) ++tier;
  return tier;
}

std::string scoreAgainstBoundaries(double score, std::size_t tier, const std::vector<double>& boundaries, const std::string& name) {
  const std::string said = "score " + fixed(score, 2);
  if (tier < boundaries.size()) return said + " is below " + fixed(boundaries[tier], 2) + ": " + name;
  return said + " is not below " + fixed(boundaries.back(), 2) + ": " + name;
}

struct Scored {
  int level;
  double complexity;
  std::string because;
};

Scored scoreOf(const Workload& workload, const classify::Features& features) {
  if (workload.strategy == Strategy::Heuristic) {
    constexpr double kComplexity[]{0.15, 0.5, 0.85};
    auto [level, because] = classify::heuristicTier(features, workload.heuristic);
    return {level, kComplexity[level], std::move(because)};
  }
  const int level = classify::treeTier(features, workload.tree);
  std::string because = std::to_string(features.input_tokens) + " input tokens, depth " + std::to_string(features.reasoning_depth) +
                        (features.structured ? ", structured output" : ", free output");
  if (features.latency_sla_ms) because += ", latency SLA " + std::to_string(*features.latency_sla_ms) + " ms";
  return {level, (level + 1 - 0.5) / 3, std::move(because)};
}

// A cascade from one tier: those that a request may have to wait for, as long as each may refuse its answer.
struct Cascade {
  std::size_t tiers = 0;
  double p95_ms = 0;  // of those that are known: it takes at least that
  bool known = true;  // all of them are
  std::string words;  // "local 210 (n 400) + frontier 900 (n 31) ms"
};

Cascade cascadeFrom(std::size_t start, const std::vector<std::string>& tiers, const Workload& workload, const domain::TierStates& measured) {
  Cascade cascade;
  for (std::size_t tier = start; tier < tiers.size(); ++tier) {
    ++cascade.tiers;
    const domain::TierState state = tier < measured.size() ? measured[tier] : domain::TierState{};
    cascade.known = cascade.known && state.p95_ms;
    cascade.p95_ms += state.p95_ms.value_or(0);
    if (!cascade.words.empty()) cascade.words += " + ";
    cascade.words += tiers[tier] + (state.p95_ms ? " " + fixed(*state.p95_ms, 0) : " unknown") + " (n " + std::to_string(state.n) + ")";
    if (!workload.mayRefuse(tier)) break;
  }
  return cascade;
}

// Where the cascade cannot keep the budget, the first tier from which one can, else the last. What is not known is no reason.
void keepToBudget(const std::vector<std::string>& tiers, const Workload& workload, const domain::Request& request,
                  const domain::TierStates& measured, Choice& choice) {
  if (choice.reason == Reason::Override || choice.reason == Reason::Fixed) return;
  double budget = std::chrono::duration<double, std::milli>(*workload.latency_budget).count();
  if (request.hints.latency_sla_ms) budget = std::min(budget, static_cast<double>(*request.hints.latency_sla_ms));
  const Cascade whole = cascadeFrom(domain::index(choice.start), tiers, workload, measured);
  if (whole.tiers < 2 || whole.p95_ms <= budget) return;
  std::size_t tier = domain::index(choice.start) + 1;
  const auto fits = [&] {
    const Cascade rest = cascadeFrom(tier, tiers, workload, measured);
    return rest.known && rest.p95_ms <= budget;
  };
  while (tier + 1 < tiers.size() && !fits()) ++tier;
  choice.start = domain::tierIndex(tier);
  choice.reason = Reason::Latency;
  choice.explanation = "p95 of " + whole.words + " ms is over " + fixed(budget, 0) + " ms: straight to " + tiers[tier];
}

}  // namespace

const Workload* CompiledPolicy::match(const domain::Request& request) const {
  const auto found = std::find_if(workloads.begin(), workloads.end(), [&](const Workload& w) { return holds(w.match, request); });
  return found == workloads.end() ? nullptr : &*found;
}

const Workload* CompiledPolicy::byName(std::string_view name) const {
  const auto found = std::find_if(workloads.begin(), workloads.end(), [&](const Workload& w) { return w.name == name; });
  return found == workloads.end() ? nullptr : &*found;
}

namespace {

// By the workload's strategy alone.
Choice start(const CompiledPolicy& policy, const Workload& workload, const domain::Request& request, const classify::Features& features) {
  Choice choice;
  choice.propensity = 1;
  const auto nameOf = [&](domain::TierIndex tier) -> const std::string& { return policy.tiers[domain::index(tier)]; };
  for (const Override& rule : workload.overrides) {
    if (!holds(rule, request)) continue;
    choice.start = rule.to;
    choice.reason = Reason::Override;
    choice.override_rule = rule.rule;
    choice.explanation = rule.rule + ": straight to " + nameOf(rule.to);
    return choice;
  }
  if (workload.strategy == Strategy::Fixed) {
    choice.start = workload.fixed_tier.value_or(domain::TierIndex{});
    choice.reason = Reason::Fixed;
    choice.explanation = "fixed to " + nameOf(choice.start);
    return choice;
  }
  if (workload.strategy == Strategy::Cascade) {
    choice.reason = Reason::Cascade;
    choice.explanation = "a cascade starts at the first tier: " + nameOf(choice.start);
    return choice;
  }
  Scored scored = scoreOf(workload, features);
  choice.complexity = scored.complexity;
  if (workload.boundaries.empty()) {
    choice.start = domain::tierIndex(tierOfLevel(workload.strategy, scored.level, policy.tiers.size()));
    choice.reason = workload.strategy == Strategy::Heuristic ? Reason::Heuristic : Reason::Tree;
    choice.explanation = scored.because + ": " + nameOf(choice.start);
  } else {
    const std::size_t tier = tierOfScore(scored.complexity, workload.boundaries);
    choice.start = domain::tierIndex(tier);
    choice.reason = Reason::Boundary;
    choice.explanation = scoreAgainstBoundaries(scored.complexity, tier, workload.boundaries, nameOf(choice.start)) + " (" + scored.because + ")";
  }
  return choice;
}

}  // namespace

Choice decide(const CompiledPolicy& policy, const Workload& workload, const domain::Request& request,
              const classify::Features& features, const domain::TierStates& measured) {
  Choice choice = start(policy, workload, request, features);
  if (workload.latency_budget) keepToBudget(policy.tiers, workload, request, measured, choice);
  return choice;
}

}  // namespace signalbox::policy
