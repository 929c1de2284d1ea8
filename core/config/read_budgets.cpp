// SPDX-License-Identifier: Apache-2.0
// Budgets of client keys against what the configuration says of prices.
#include "config/read_parts.h"

namespace signalbox::config {
namespace {

bool hasKnownPrice(const Config& config, const domain::Deployment& deployment) {
  const domain::Upstream* upstream = config.upstream(deployment.upstream);
  if (upstream == nullptr || upstream->gpu_cost) return true;
  for (const auto& model : upstream->models) {
    if (model.id == deployment.model) return model.price || builtInPrice(model.provider, model.id);
  }
  return true;
}

}  // namespace

void checkBudgets(const Reading& from, const Config& config) {
  for (std::size_t i = 0; i < config.keys.size(); ++i) {
    if (!config.keys[i].usd_per_day) continue;
    for (const auto& tier : config.tiers) {
      for (const auto& deployment : tier.deployments) {
        if (hasKnownPrice(config, deployment)) continue;
        from.problems.warn("/keys/" + std::to_string(i) + "/limits/usd_per_day",
                           "the price of " + deployment.upstream + "/" + deployment.model + " is not known, so that the tier \"" + tier.name +
                               "\" refuses this key; give the model a price");
      }
    }
  }
}

}  // namespace signalbox::config
