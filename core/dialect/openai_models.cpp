// SPDX-License-Identifier: Apache-2.0
#include "dialect/openai_models.h"

#include <cmath>

#include "base/json_doc.h"
#include "base/strings.h"

namespace signalbox::dialect {
namespace {

// 2.5e-06 × 10^6 is not quite 2.5; nine decimals of a dollar are what a price list has at most.
std::string perMillion(double price) { return shortest(std::round(price * 1e15) / 1e9); }

std::string priceBody(const domain::Price& price) {
  std::string body = "{\"input\":" + perMillion(price.input) + ",\"output\":" + perMillion(price.output);
  if (price.cached_input) body += ",\"cached_input\":" + perMillion(*price.cached_input);
  if (price.cache_write) body += ",\"cache_write\":" + perMillion(*price.cache_write);
  return body + ",\"unit\":\"usd_per_million_tokens\",\"source\":" + quoteJson(price.source) + "}";
}

std::string ownBody(const ListedModel& model) {
  std::string body = "{\"tiers\":[";
  for (const auto& tier : model.tiers) {
    if (body.back() != '[') body += ',';
    body += quoteJson(tier);
  }
  return body + "],\"price\":" + (model.price ? priceBody(*model.price) : "null") + "}";
}

}  // namespace

std::string modelBody(const ListedModel& model) {
  return "{\"id\":" + quoteJson(model.id) + ",\"object\":\"model\",\"created\":" + std::to_string(model.created) +
      ",\"owned_by\":" + quoteJson(model.owner) + ",\"signalbox\":" + ownBody(model) + "}";
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
