// SPDX-License-Identifier: Apache-2.0
// The list of models as Anthropic writes it. Pure.
#pragma once
#include <string>
#include <vector>

#include "dialect/openai_models.h"

namespace signalbox::dialect {

// GET /v1/models, of one page
[[nodiscard]] std::string anthropicModelsBody(const std::vector<ListedModel>& models);
// GET /v1/models/ID
[[nodiscard]] std::string anthropicModelBody(const ListedModel& model);

}  // namespace signalbox::dialect
