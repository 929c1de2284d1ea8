// SPDX-License-Identifier: Apache-2.0
// Groups in their order → tiers, workloads and aliases.
#include <algorithm>

#include "config/litellm_parts.h"

namespace signalbox::config {
namespace {

constexpr std::size_t kMostTiers = 16;

std::string nameOf(const LitellmReading& reading, const LitellmDeployment& deployment) {
  return reading.result.draft.upstreams[deployment.upstream].name + "/" + deployment.model;
}

struct Timeouts {
  std::optional<Duration> whole, stream;
};

// Those of the file, for groups without their own.
Timeouts timeoutsOf(LitellmReading& reading) {
  const auto router = litellmSeconds(reading, reading.json.value("router_settings", Json()), "timeout", "/router_settings");
  const auto litellm = litellmSeconds(reading, reading.json.value("litellm_settings", Json()), "request_timeout", "/litellm_settings");
  return {router ? router : litellm, litellmSeconds(reading, reading.json.value("router_settings", Json()), "stream_timeout", "/router_settings")};
}

// The longest of a group's own, else that of the file.
std::optional<Duration> longest(LitellmReading& reading, const LitellmGroup& group, std::optional<Duration> LitellmDeployment::*which, std::optional<Duration> otherwise) {
  std::optional<Duration> most;
  for (const auto& one : group.deployments) {
    if (one.*which && (!most || *most < *(one.*which))) most = one.*which;
  }
  const bool differ = std::ranges::any_of(group.deployments, [&](const auto& one) { return most && one.*which != most; });
  if (differ) reading.changed(group.pointer + "/model_name", "its deployments have different timeouts, and a tier has one", "the longest holds for all of them: " + formatDuration(*most));
  return most ? most : otherwise;
}

DraftTier tierOf(LitellmReading& reading, const LitellmGroup& group, const Timeouts& otherwise) {
  DraftTier tier;
  tier.name = group.tier;
  for (const auto& one : group.deployments) tier.deployments.push_back(nameOf(reading, one));
  tier.total_timeout = longest(reading, group, &LitellmDeployment::timeout, otherwise.whole);
  tier.timeout = longest(reading, group, &LitellmDeployment::first_token, otherwise.stream);
  if (tier.timeout && *tier.timeout < tier.total_timeout.value_or(Duration::max())) {
    reading.changed(group.pointer + "/model_name", "stream_timeout is the tier's timeout, which short whole answers have as well: " + formatDuration(*tier.timeout));
  }
  // A first token has as long as the whole where nothing else is said, and never longer.
  if (tier.total_timeout) tier.timeout = std::min(tier.timeout.value_or(*tier.total_timeout), *tier.total_timeout);
  return tier;
}

void addAliases(LitellmReading& reading) {
  auto& aliases = reading.result.draft.aliases;
  for (const auto& group : reading.groups) {
    if (group.pinned) aliases.emplace_back(group.name, nameOf(reading, group.deployments.front()));
    else if (group.name.find('*') != std::string::npos) aliases.emplace_back(group.name, "auto:" + group.tier);
  }
  for (const auto& [name, target] : reading.aliases) {
    const auto* group = reading.group(target);
    if (group) aliases.emplace_back(name, group->pinned ? nameOf(reading, group->deployments.front()) : "auto:" + group->tier);
  }
}

}  // namespace

void draftLitellmRoutes(LitellmReading& reading) {
  Draft& draft = reading.result.draft;
  const Timeouts otherwise = timeoutsOf(reading);
  Json workloads = Json::array();
  for (auto& group : reading.groups) {
    if (group.pinned) {
      reading.changed(group.pointer + "/model_name", "it is no chat: its name asks for one deployment, without a tier");
      continue;
    }
    if (draft.tiers.size() == kMostTiers) {
      group.pinned = true;
      reading.changed(group.pointer + "/model_name", "there are at most " + std::to_string(kMostTiers) + " tiers", "its name asks for its first deployment, without fallback");
      continue;
    }
    draft.tiers.push_back(tierOf(reading, group, otherwise));
    Json workload{{"name", group.tier}, {"route", {{"strategy", "fixed"}, {"tier", group.tier}}}};
    // Names with a * come by alias.
    workload["match"]["model"] = group.name.find('*') == std::string::npos ? group.name : "auto:" + group.tier;
    if (group.refusals_escalate) workload["validate"] = {{"refusals", "escalate"}};
    workloads.push_back(std::move(workload));
  }
  const bool taken = std::any_of(draft.tiers.begin(), draft.tiers.end(), [](const auto& tier) { return tier.name == "all"; });
  workloads.push_back({{"name", taken ? "everything" : "all"}, {"route", {{"strategy", "fixed"}, {"tier", draft.tiers.front().name}}}});
  draft.policy.json = {{"workloads", std::move(workloads)}};
  addAliases(reading);
  // An upstream whose every entry was left out offers nothing.
  std::erase_if(draft.upstreams, [](const DraftUpstream& one) { return one.models.empty(); });
}

}  // namespace signalbox::config
