// SPDX-License-Identifier: Apache-2.0
// What GET /v1/models says: every name a request may use, with the tiers behind it and its price. Pure.
#pragma once
#include <vector>

#include "dialect/openai_models.h"
#include "engine/model_names.h"
#include "engine/pricing.h"

namespace signalbox::engine {

// In the order of offeredModels(). A tier has a price where all its deployments have the same one.
[[nodiscard]] std::vector<dialect::ListedModel> listModels(const config::Config& config, const policy::CompiledPolicy& policy, const Pricing& pricing);

}  // namespace signalbox::engine
