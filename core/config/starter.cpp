// SPDX-License-Identifier: Apache-2.0
#include "config/starter.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace signalbox::config {
namespace {

constexpr std::array<std::string_view, 3> kGoals{"cost", "balanced", "quality"};
constexpr std::array<double, 3> kEscalateBelow{0.60, 0.75, 0.90};
// How far complexity boundaries are pushed up (cost) or down (quality) from an even split.
constexpr std::array<double, 3> kBoundaryScale{0.6, 1.0, 0.6};

void add(std::vector<DraftTier>& tiers, const std::string& name, const std::string& deployment) {
  const auto found = std::find_if(tiers.begin(), tiers.end(), [&](const auto& tier) { return tier.name == name; });
  if (found != tiers.end()) found->deployments.push_back(deployment);
  else tiers.push_back({name, {deployment}});
}

// Local models one below the other, then those of providers by their rank, providers side by side in a tier.
Result<std::vector<DraftTier>> tiersOf(const Starter& starter) {
  std::vector<DraftTier> tiers;
  for (const auto& [name, deployments] : starter.tiers) tiers.push_back({name, deployments});
  if (!tiers.empty()) return tiers;
  for (const auto& upstream : starter.upstreams) {
    if (!upstream.local) continue;
    for (const auto& model : upstream.models) {
      const std::string name = tiers.empty() ? "local" : "local-" + std::to_string(tiers.size() + 1);
      add(tiers, name, upstream.name + "/" + model);
    }
  }
  static const std::array<std::vector<std::string>, 4> kRanks{{{}, {"large"}, {"small", "large"}, {"small", "mid", "large"}}};
  for (const std::string rank : {"small", "mid", "large"}) {
    for (const auto& upstream : starter.upstreams) {
      if (upstream.local) continue;
      if (upstream.models.size() >= kRanks.size()) {
        return fail(ErrorCode::InvalidInput, "\"" + upstream.name + "\" has " + std::to_string(upstream.models.size()) +
                                                 " models; which belongs to which tier is for you to say: --tier NAME=UPSTREAM/MODEL");
      }
      const auto& ranks = kRanks[upstream.models.size()];
      const auto at = std::find(ranks.begin(), ranks.end(), rank);
      if (at != ranks.end()) add(tiers, rank, upstream.name + "/" + upstream.models[static_cast<std::size_t>(at - ranks.begin())]);
    }
  }
  return tiers;
}

bool tellsProbabilities(const Starter& starter, const DraftTier& tier) {
  return std::all_of(tier.deployments.begin(), tier.deployments.end(), [&](const std::string& deployment) {
    const auto name = deployment.substr(0, deployment.find('/'));
    const auto found = std::find_if(starter.upstreams.begin(), starter.upstreams.end(), [&](const auto& one) { return one.name == name; });
    return found != starter.upstreams.end() && found->logprobs;
  });
}

Json boundaries(Goal goal, std::size_t tiers) {
  const double scale = kBoundaryScale[static_cast<std::size_t>(goal)];
  Json list = Json::array();
  for (std::size_t i = 1; i < tiers; ++i) {
    const double even = static_cast<double>(i) / static_cast<double>(tiers);
    list.push_back(std::stod(fixed(goal == Goal::Cost ? 1 - (1 - even) * scale : even * scale, 2)));
  }
  return list;
}

Json policyOf(const Starter& starter, const std::vector<DraftTier>& tiers) {
  Json workload{{"name", "all"}};
  if (tiers.size() == 1) {
    workload["route"] = {{"strategy", "fixed"}, {"tier", tiers[0].name}};
    return {{"workloads", Json::array({workload})}};
  }
  for (std::size_t i = 0; i + 1 < tiers.size(); ++i) {
    if (!tellsProbabilities(starter, tiers[i])) continue;
    workload["gate"][tiers[i].name] = {{"signal", "mean-token"}, {"escalate-below", kEscalateBelow[static_cast<std::size_t>(starter.goal)]}};
  }
  // Without probabilities of the first tier nothing would ever go up in a cascade.
  const bool cascade = starter.goal == Goal::Cost && tellsProbabilities(starter, tiers[0]);
  if (cascade) workload["route"] = {{"strategy", "cascade"}};
  else workload["route"] = {{"strategy", "heuristic"}, {"boundaries", boundaries(starter.goal, tiers.size())}};
  if (starter.goal == Goal::Quality) {
    workload["overrides"] = Json::array({{{"domain", {"finance", "legal", "medical"}}, {"to", tiers.back().name}}});
  }
  return {{"workloads", Json::array({workload})}};
}

std::vector<std::string> policyHead(Goal goal, std::size_t tiers) {
  std::vector<std::string> head{"When to use which tier. The router keeps this as its first revision; later changes enter by `signalbox policy apply`."};
  if (tiers == 1) return head;
  if (goal == Goal::Cost) head.push_back("For cost: the first tier tries everything it can be trusted with; answers it is unsure of go up.");
  if (goal == Goal::Balanced) head.push_back("Balanced: simple requests start at the first tier, hard ones at the last; unsure answers go up.");
  if (goal == Goal::Quality) head.push_back("For quality: only plainly simple requests start at the first tier, and little doubt sends an answer up.");
  head.push_back("escalate-below is a place to start from; `signalbox calibrate` finds the one that keeps a promise about errors.");
  return head;
}

}  // namespace

std::optional<Goal> parseGoal(std::string_view word) {
  const auto found = std::find(kGoals.begin(), kGoals.end(), word);
  if (found == kGoals.end()) return std::nullopt;
  return static_cast<Goal>(found - kGoals.begin());
}

Result<Draft> starterDraft(const Starter& starter) {
  Draft draft;
  const auto tiers = tiersOf(starter);
  if (!tiers) return std::unexpected(tiers.error());
  draft.tiers = *tiers;
  draft.head = {"Signalbox: where requests can go. `signalbox check` says what is wrong, by line and column; `signalbox serve` runs it.",
                "Keys never stand here: only the names of the environment variables that hold them."};
  for (const auto& from : starter.upstreams) {
    DraftUpstream upstream{from.name, from.api, from.base_url, from.key_env, from.provider == from.name ? "" : from.provider, {}};
    for (const auto& model : from.models) {
      upstream.models.push_back({model, from.logprobs ? std::nullopt : std::optional(false)});
    }
    draft.upstreams.push_back(std::move(upstream));
  }
  draft.aliases = {{"*", "auto"}};
  draft.policy.json = policyOf(starter, draft.tiers);
  draft.policy_head = policyHead(starter.goal, draft.tiers.size());
  return draft;
}

}  // namespace signalbox::config
