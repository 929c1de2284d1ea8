// SPDX-License-Identifier: Apache-2.0
#include "upstream/protection.h"

#include "base/sha256.h"

namespace signalbox::upstream {

Protection::Protection(const config::Config& config) {
  for (const auto& upstream : config.upstreams) {
    const std::string credential = upstream.base_url + " " + sha256Hex(upstream.key.reveal());
    auto& key = credentials_[credential];
    if (!key) key = std::make_unique<Credential>();
    auto& budget = budgets_[upstream.name] = std::make_unique<ShareBudget>(kRetryShare, kRetryReserve, kRetryReserve);
    for (const auto& model : upstream.models) {
      auto& cooldown = cooldowns_[credential + " " + model.id];
      if (!cooldown) cooldown = std::make_unique<Cooldown>();
      const auto& name = *names_.emplace_back(std::make_unique<domain::Deployment>(domain::Deployment{upstream.name, model.id}));
      auto guard = std::make_unique<Guard>(upstream.name + "/" + model.id, *cooldown, *key, *budget, upstream.keep_warm);
      guard->opening_ = &opening_;
      guards_.emplace(Name(name.upstream, name.model), std::move(guard));
    }
  }
  for (const auto& tier : config.tiers) {
    if (tier.hedge) hedges_.emplace(tier.name, std::make_unique<ShareBudget>(tier.hedge->most, 1, 0));
    for (const auto& deployment : tier.deployments) {
      std::vector<const Guard*> others;
      for (const auto& other : tier.deployments) {
        if (other != deployment) others.push_back(&of(other));
      }
      of(deployment).others_.push_back(std::move(others));
    }
  }
}

Guard& Protection::of(const domain::Deployment& deployment) const { return *guards_.at(Name(deployment.upstream, deployment.model)); }

}  // namespace signalbox::upstream
