// SPDX-License-Identifier: Apache-2.0
#include "engine/model_list.h"

#include <algorithm>

namespace signalbox::engine {
namespace {

std::vector<std::string> tiersWith(const config::Config& config, const domain::Deployment& deployment) {
  std::vector<std::string> tiers;
  for (const auto& tier : config.tiers) {
    if (std::ranges::find(tier.deployments, deployment) != tier.deployments.end()) tiers.push_back(tier.name);
  }
  return tiers;
}

std::optional<domain::Price> commonPrice(const config::Config& config, const std::string& tier_name, const Pricing& pricing) {
  const auto tier = std::ranges::find(config.tiers, tier_name, &domain::Tier::name);
  if (tier == config.tiers.end() || tier->deployments.empty()) return std::nullopt;
  const auto first = pricing.price(tier->deployments.front());
  for (const auto& deployment : tier->deployments) {
    const auto price = pricing.price(deployment);
    const bool same = first && price && price->input == first->input && price->output == first->output && price->cached_input == first->cached_input &&
                      price->cache_write == first->cache_write;  // all that the list tells
    if (!same) return std::nullopt;
  }
  return first;
}

}  // namespace

std::vector<dialect::ListedModel> listModels(const config::Config& config, const policy::CompiledPolicy& policy, const Pricing& pricing) {
  std::vector<dialect::ListedModel> listed;
  for (auto& name : offeredModels(config, policy)) {
    const auto meaning = readModelName(name, config, policy);
    dialect::ListedModel model{name, "signalbox", 0, {}, std::nullopt};
    if (const auto* pinned = meaning ? std::get_if<PinnedDeployment>(&*meaning) : nullptr) {
      model.owner = pinned->deployment.upstream;
      model.tiers = tiersWith(config, pinned->deployment);
      model.price = pricing.price(pinned->deployment);
    } else if (const auto* tier = meaning ? std::get_if<PinnedTier>(&*meaning) : nullptr) {
      model.tiers = {policy.tiers[domain::index(tier->tier)]};
      model.price = commonPrice(config, model.tiers.front(), pricing);
    } else {
      model.tiers = policy.tiers;
    }
    listed.push_back(std::move(model));
  }
  return listed;
}

}  // namespace signalbox::engine
