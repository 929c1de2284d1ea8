// SPDX-License-Identifier: Apache-2.0
#include "lab/offered_models.h"

#include <algorithm>

#include "base/json_doc.h"

namespace signalbox::lab {
namespace {

std::optional<domain::Price> readPrice(JsonDoc::Node node) {
  const auto input = node["input"].number(), output = node["output"].number();
  if (!input || !output || node["unit"].stringOr("") != "usd_per_million_tokens") return std::nullopt;
  domain::Price price;
  price.input = *input / 1e6;
  price.output = *output / 1e6;
  if (const auto cached = node["cached_input"].number()) price.cached_input = *cached / 1e6;
  if (const auto write = node["cache_write"].number()) price.cache_write = *write / 1e6;
  price.source = "the target: " + node["source"].stringOr("no source given");
  return price;
}

}  // namespace

OfferedModels readOfferedModels(std::string_view body) {
  OfferedModels offered;
  const auto doc = JsonDoc::parse(body);
  if (!doc) return offered;
  for (auto entry = doc->root()["data"].first(); entry; entry = entry.next()) {
    const std::string id = entry["id"].stringOr("");
    if (id.starts_with("tier:")) {
      offered.tiers.push_back(id.substr(5));
      continue;
    }
    const auto slash = id.find('/');
    if (id.starts_with("auto") || slash == std::string::npos) continue;
    const std::string model = id.substr(slash + 1);
    if (std::ranges::find(offered.models, model) == offered.models.end()) offered.models.push_back(model);
    const auto extra = entry["signalbox"];
    if (const auto tier = extra["tiers"].first().string()) offered.tier_of.emplace(model, *tier);
    if (const auto price = readPrice(extra["price"])) offered.prices.emplace(model, *price);
  }
  return offered;
}

std::vector<std::string> ladderOf(const OfferedModels& offered, const std::vector<std::pair<std::string, std::string>>& answered_by,
                                  const Outcomes& outcomes) {
  auto tier_of = offered.tier_of;
  std::vector<std::string> ladder;
  const auto add = [&](const std::string& model) {
    if (outcomes.models().contains(model) && std::ranges::find(ladder, model) == ladder.end()) ladder.push_back(model);
  };
  for (const auto& model : offered.models) add(model);
  for (const auto& [model, tier] : answered_by) {
    add(model);
    if (!tier.empty()) tier_of.emplace(model, tier);
  }
  const auto rank = [&](const std::string& model) {
    const auto tier = tier_of.find(model);
    if (tier == tier_of.end()) return offered.tiers.size();
    return static_cast<std::size_t>(std::ranges::find(offered.tiers, tier->second) - offered.tiers.begin());
  };
  // Where a model's tier is not known the order of the list stands; mixing the two would put it anywhere.
  if (std::ranges::all_of(ladder, [&](const auto& model) { return tier_of.contains(model); })) std::ranges::stable_sort(ladder, {}, rank);
  return ladder;
}

}  // namespace signalbox::lab
