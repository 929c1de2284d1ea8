// SPDX-License-Identifier: Apache-2.0
#include "dialect/openai_models.h"

#include "base/json_doc.h"

namespace signalbox::dialect {

std::string modelBody(const ListedModel& model) {
  return "{\"id\":" + quoteJson(model.id) + ",\"object\":\"model\",\"created\":" + std::to_string(model.created) +
      ",\"owned_by\":" + quoteJson(model.owner) + "}";
}

std::string modelsBody(const std::vector<ListedModel>& models) {
  std::string body = "{\"object\":\"list\",\"data\":[";
  for (const auto& model : models) {
    if (body.back() != '[') body += ',';
    body += modelBody(model);
  }
  return body + "]}";
}

}  // namespace signalbox::dialect
