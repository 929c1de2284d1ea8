// SPDX-License-Identifier: Apache-2.0
// The first configuration of a new user: upstreams, tiers in the order of their cost, and a policy for what matters to them. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "config/draft.h"

namespace signalbox::config {

// What the user cares for most; it sets strategy and thresholds.
enum class Goal : std::uint8_t { Cost, Balanced, Quality };
[[nodiscard]] std::optional<Goal> parseGoal(std::string_view word);

struct StarterUpstream {
  std::string name;
  std::string base_url;
  std::string key_env;              // empty = no key
  std::vector<std::string> models;  // cheapest first; at least one
  domain::UpstreamApi api = domain::UpstreamApi::OpenAi;
  bool logprobs = true;
  bool local = false;               // comes before those that cost money by the token
  std::string provider{};           // whose prices
};

struct StarterTier {
  std::string name;
  std::vector<std::string> deployments;
};

struct Starter {
  std::vector<StarterUpstream> upstreams;
  std::vector<StarterTier> tiers;  // empty = made from the upstreams: local, small, mid, large
  Goal goal = Goal::Balanced;
};

// InvalidInput where no order of tiers can be made.
[[nodiscard]] Result<Draft> starterDraft(const Starter& starter);

}  // namespace signalbox::config
