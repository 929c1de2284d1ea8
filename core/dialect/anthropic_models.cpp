// SPDX-License-Identifier: Apache-2.0
#include "dialect/anthropic_models.h"

#include "dialect/json_object.h"

namespace signalbox::dialect {

std::string anthropicModelBody(const ListedModel& model) {
  JsonObject out;
  // The provider itself gives the epoch where it does not know the day.
  out.raw("type", "\"model\"").text("id", model.id).text("display_name", model.id).raw("created_at", "\"1970-01-01T00:00:00Z\"");
  return out.raw("lifecycle", "\"active\"").str();
}

std::string anthropicModelsBody(const std::vector<ListedModel>& models) {
  JsonArray data;
  for (const auto& model : models) data.raw(anthropicModelBody(model));
  JsonObject out;
  out.raw("data", data.str()).raw("has_more", "false");
  return out.textOrNull("first_id", models.empty() ? "" : models.front().id).textOrNull("last_id", models.empty() ? "" : models.back().id).str();
}

}  // namespace signalbox::dialect
