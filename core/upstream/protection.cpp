// SPDX-License-Identifier: Apache-2.0
#include "upstream/protection.h"

#include "base/sha256.h"

namespace signalbox::upstream {

namespace {

// What was there under this name, else a new one.
template <class T>
std::shared_ptr<T> carried(const std::map<std::string, std::shared_ptr<T>>* before, const std::string& name) {
  if (before != nullptr) {
    if (const auto found = before->find(name); found != before->end()) return found->second;
  }
  return std::make_shared<T>();
}

}  // namespace

Protection::Protection(const config::Config& config, const Protection* before) : opening_(before ? before->opening_ : std::make_shared<std::mutex>()) {
  for (const auto& upstream : config.upstreams) guard(upstream, before);
  for (const auto& tier : config.tiers) {
    if (tier.hedge) hedge(tier, before);
    for (const auto& deployment : tier.deployments) {
      std::vector<const Guard*> others;
      for (const auto& other : tier.deployments) {
        if (other != deployment) others.push_back(&of(other));
      }
      of(deployment).others_.push_back(std::move(others));
    }
  }
}

void Protection::guard(const domain::Upstream& upstream, const Protection* before) {
  const std::string credential = upstream.base_url + " " + sha256Hex(upstream.key.reveal());
  credential_names_[upstream.name] = credential;
  auto& key = credentials_[credential];
  if (!key) key = carried(before ? &before->credentials_ : nullptr, credential);
  const Protection* same = nullptr;
  if (before != nullptr) {
    const auto known = before->credential_names_.find(upstream.name);
    if (known != before->credential_names_.end() && known->second == credential) same = before;
  }
  auto& budget = budgets_[upstream.name] = same ? same->budgets_.at(upstream.name) : std::make_shared<ShareBudget>(kRetryShare, kRetryReserve, kRetryReserve);
  for (const auto& model : upstream.models) {
    auto& cooldown = cooldowns_[credential + " " + model.id];
    if (!cooldown) cooldown = carried(before ? &before->cooldowns_ : nullptr, credential + " " + model.id);
    auto& right = rights_[credential + " " + model.id];
    if (!right) right = carried(before ? &before->rights_ : nullptr, credential + " " + model.id);
    const auto& name = *names_.emplace_back(std::make_unique<domain::Deployment>(domain::Deployment{upstream.name, model.id}));
    const Guard* known = nullptr;
    if (same != nullptr) {
      if (const auto found = same->guards_.find(Name(name.upstream, name.model)); found != same->guards_.end()) known = found->second.get();
    }
    auto guard = std::make_unique<Guard>(upstream.name + "/" + model.id, *cooldown, KeyForModel(*key, *right), *budget, upstream.keep_warm, known);
    guard->opening_ = opening_.get();
    guards_.emplace(Name(name.upstream, name.model), std::move(guard));
  }
}

void Protection::hedge(const domain::Tier& tier, const Protection* before) {
  const double most = tier.hedge->most;
  if (before != nullptr) {
    if (const auto known = before->hedges_.find(tier.name); known != before->hedges_.end() && known->second.most == most) {
      hedges_.emplace(tier.name, known->second);
      return;
    }
  }
  hedges_.emplace(tier.name, Hedges{most, std::make_shared<ShareBudget>(most, 1, 0)});
}

Guard& Protection::of(const domain::Deployment& deployment) const { return *guards_.at(Name(deployment.upstream, deployment.model)); }

}  // namespace signalbox::upstream
