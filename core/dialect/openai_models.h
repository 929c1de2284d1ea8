// SPDX-License-Identifier: Apache-2.0
// The list of models as OpenAI writes it. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/price.h"

namespace signalbox::dialect {

struct ListedModel {
  std::string id;
  std::string owner;         // the upstream's name; "signalbox" for auto, auto:… and tier:…
  std::int64_t created = 0;  // seconds since the epoch; 0 = not known
  // Ours, in a member `signalbox` that clients of OpenAI pass over:
  std::vector<std::string> tiers = {};      // where it may answer, in order of escalation; empty: in none
  std::optional<domain::Price> price = {};  // written per million tokens; null when it is not known, or differs by what answers
};

// GET /v1/models
[[nodiscard]] std::string modelsBody(const std::vector<ListedModel>& models);
// GET /v1/models/ID
[[nodiscard]] std::string modelBody(const ListedModel& model);

}  // namespace signalbox::dialect
