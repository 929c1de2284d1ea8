// SPDX-License-Identifier: Apache-2.0
#include "engine/embedding_place.h"

#include <algorithm>

namespace signalbox::engine {
namespace {

struct Place {
  const domain::Tier* tier = nullptr;  // null: in none
  domain::Deployment deployment;
  bool marked = false;
};

bool isMarked(const domain::Upstream& upstream, const std::string& model) {
  return std::ranges::any_of(upstream.models, [&](const auto& offer) { return offer.id == model && offer.embeddings; });
}

// In the order in which they are thought of.
std::vector<Place> placesOf(const config::Config& config, const domain::Tier* asked) {
  std::vector<Place> places;
  const auto addTier = [&](const domain::Tier& tier) {
    for (const auto& deployment : tier.deployments) {
      const auto* upstream = config.upstream(deployment.upstream);
      if (upstream->api == domain::UpstreamApi::OpenAi) places.push_back({&tier, deployment, isMarked(*upstream, deployment.model)});
    }
  };
  if (asked != nullptr) {
    addTier(*asked);
    return places;
  }
  for (const auto& tier : config.tiers) addTier(tier);
  for (const auto& upstream : config.upstreams) {
    for (const auto& offer : upstream.models) {
      const bool known = std::ranges::any_of(places, [&](const Place& place) { return place.deployment == domain::Deployment{upstream.name, offer.id}; });
      if (upstream.api == domain::UpstreamApi::OpenAi && offer.embeddings && !known) places.push_back({nullptr, {upstream.name, offer.id}, true});
    }
  }
  return places;
}

}  // namespace

std::optional<domain::Tier> embeddingPlace(const config::Config& config, const domain::Tier* asked) {
  const auto places = placesOf(config, asked);
  if (places.empty()) return std::nullopt;
  auto first = std::ranges::find(places, true, &Place::marked);
  if (first == places.end()) first = places.begin();
  domain::Tier tier;
  tier.timeout = tier.total_timeout;
  if (first->tier != nullptr) tier = *first->tier;
  tier.deployments.clear();
  const auto add = [&](const Place& place) {
    const bool same = place.deployment.model == first->deployment.model;
    if (same && std::ranges::find(tier.deployments, place.deployment) == tier.deployments.end()) tier.deployments.push_back(place.deployment);
  };
  std::for_each(first, places.end(), add);
  std::for_each(places.begin(), first, add);
  return tier;
}

}  // namespace signalbox::engine
