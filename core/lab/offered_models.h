// SPDX-License-Identifier: Apache-2.0
// What a target's GET /v1/models tells about its tiers and prices, where it tells it. Pure.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/price.h"
#include "lab/outcomes.h"

namespace signalbox::lab {

struct OfferedModels {
  std::vector<std::string> tiers;                // of "tier:NAME", in order of escalation
  std::vector<std::string> models;               // of "upstream/model", in order, each once
  std::map<std::string, std::string> tier_of;    // by model, where the list says so
  std::map<std::string, domain::Price> prices;   // by model, where the list says so
};
[[nodiscard]] OfferedModels readOfferedModels(std::string_view body);

// The models that have records in the file and answer behind the target, cheapest tier first. `answered_by`: model and tier.
[[nodiscard]] std::vector<std::string> ladderOf(const OfferedModels& offered, const std::vector<std::pair<std::string, std::string>>& answered_by,
                                                const Outcomes& outcomes);

}  // namespace signalbox::lab
