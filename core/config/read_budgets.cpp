// SPDX-License-Identifier: Apache-2.0
// Budgets of client keys against what the configuration says of prices.
#include <algorithm>

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

// Makes all embeddings; it need be in no tier.
std::optional<domain::Deployment> embeddingModel(const Config& config) {
  for (const auto& upstream : config.upstreams) {
    const auto model = std::ranges::find(upstream.models, true, &domain::ModelOffer::embeddings);
    if (model != upstream.models.end()) return domain::Deployment{upstream.name, model->id};
  }
  return std::nullopt;
}

}  // namespace

void checkBudgets(const Reading& from, const Config& config) {
  for (std::size_t i = 0; i < config.keys.size(); ++i) {
    if (!config.keys[i].usd_per_day) continue;
    const std::string pointer = "/keys/" + std::to_string(i) + "/limits/usd_per_day";
    const auto refuses = [&](const domain::Deployment& deployment, const std::string& what) {
      from.problems.warn(pointer, "the price of " + deployment.upstream + "/" + deployment.model + " is not known, so that " + what + "; give the model a price");
    };
    if (const auto one = embeddingModel(config); one && !hasKnownPrice(config, *one)) refuses(*one, "this key gets no embeddings");
    for (const auto& tier : config.tiers) {
      for (const auto& deployment : tier.deployments) {
        if (!hasKnownPrice(config, deployment)) refuses(deployment, "the tier \"" + tier.name + "\" refuses this key");
      }
    }
  }
}

}  // namespace signalbox::config
