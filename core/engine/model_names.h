// SPDX-License-Identifier: Apache-2.0
// What a request's `model` means: looked up in the order of the contract. Pure.
#pragma once
#include <optional>
#include <string>
#include <variant>

#include "config/config.h"
#include "policy/policy.h"

namespace signalbox::engine {

struct RoutedModel {
  std::string workload;  // asked for by name; empty = match decides
};
struct PinnedTier {
  domain::TierIndex tier{};
};
struct PinnedDeployment {
  domain::Deployment deployment;
};
using ModelMeaning = std::variant<RoutedModel, PinnedTier, PinnedDeployment>;

// auto, auto:WORKLOAD, tier:NAME, upstream/model; a model that some workload's match lists; an alias; a bare id that an upstream
// offers. ModelNotFound or UnknownWorkload name what is offered.
[[nodiscard]] Result<ModelMeaning> readModelName(std::string_view model, const config::Config& config,
                                                 const policy::CompiledPolicy& policy);
// UnknownWorkload, with the names that there are. `param`: what named it.
[[nodiscard]] Error unknownWorkload(std::string_view name, const policy::CompiledPolicy& policy, std::string param);
// Every name that GET /v1/models lists.
[[nodiscard]] std::vector<std::string> offeredModels(const config::Config& config, const policy::CompiledPolicy& policy);

}  // namespace signalbox::engine
