// SPDX-License-Identifier: Apache-2.0
// The list of models as OpenAI writes it. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace signalbox::dialect {

struct ListedModel {
  std::string id;
  std::string owner;         // the upstream's name; "signalbox" for auto, auto:… and tier:…
  std::int64_t created = 0;  // seconds since the epoch; 0 = not known
};

// GET /v1/models
[[nodiscard]] std::string modelsBody(const std::vector<ListedModel>& models);
// GET /v1/models/ID
[[nodiscard]] std::string modelBody(const ListedModel& model);

}  // namespace signalbox::dialect
