// SPDX-License-Identifier: Apache-2.0
#include "engine/model_names.h"

#include <algorithm>

#include "base/strings.h"

namespace signalbox::engine {
namespace {

constexpr std::size_t kLongestName = 256;  // as much as the record keeps; no longer one is anybody's

// `*` matches any run of characters. The pieces between stars are found one after the other, each as early as it can be.
bool globMatches(std::string_view pattern, std::string_view text) {
  const auto pieces = split(pattern, '*');
  if (pieces.size() == 1) return pattern == text;
  const auto first = pieces.front(), last = pieces.back();
  if (text.size() < first.size() + last.size() || !text.starts_with(first) || !text.ends_with(last)) return false;
  text = text.substr(first.size(), text.size() - first.size() - last.size());
  for (std::size_t i = 1; i + 1 < pieces.size(); ++i) {
    const auto at = text.find(pieces[i]);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + pieces[i].size());
  }
  return true;
}

bool offers(const domain::Upstream& upstream, std::string_view model) {
  return std::any_of(upstream.models.begin(), upstream.models.end(), [&](const auto& offer) { return offer.id == model; });
}

// The names that mean something by themselves; nullopt: not one of them.
std::optional<Result<ModelMeaning>> reserved(std::string_view model, const config::Config& config, const policy::CompiledPolicy& policy) {
  if (model == "auto") return ModelMeaning(RoutedModel{});
  if (model.starts_with("auto:")) {
    const auto name = model.substr(5);
    if (policy.byName(name) == nullptr) return std::unexpected(unknownWorkload(name, policy, "model"));
    return ModelMeaning(RoutedModel{std::string(name)});
  }
  if (model.starts_with("tier:")) {
    const auto found = std::find(policy.tiers.begin(), policy.tiers.end(), model.substr(5));
    if (found == policy.tiers.end()) return std::nullopt;
    return ModelMeaning(PinnedTier{domain::tierIndex(static_cast<std::size_t>(found - policy.tiers.begin()))});
  }
  for (const auto& upstream : config.upstreams) {
    if (model.size() > upstream.name.size() && model.starts_with(upstream.name) && model[upstream.name.size()] == '/') {
      const auto id = model.substr(upstream.name.size() + 1);
      if (offers(upstream, id)) return ModelMeaning(PinnedDeployment{{upstream.name, std::string(id)}});
    }
  }
  return std::nullopt;
}

std::optional<ModelMeaning> bareId(std::string_view model, const config::Config& config) {
  for (const auto& upstream : config.upstreams) {
    if (offers(upstream, model)) return ModelMeaning(PinnedDeployment{{upstream.name, std::string(model)}});
  }
  return std::nullopt;
}

}  // namespace

Error unknownWorkload(std::string_view name, const policy::CompiledPolicy& policy, std::string param) {
  std::vector<std::string> names;
  for (const auto& workload : policy.workloads) names.push_back(workload.name);
  return {ErrorCode::UnknownWorkload, "there is no workload \"" + std::string(cutUtf8(name, 100)) + "\"; this router has: " + join(names, ", "), std::move(param), {}, 0, 0};
}

Result<ModelMeaning> readModelName(std::string_view model, const config::Config& config, const policy::CompiledPolicy& policy) {
  if (model.size() > kLongestName) {
    return fail(ErrorCode::ModelNotFound, "no model has a name of more than " + std::to_string(kLongestName) + " bytes; this one begins with \"" +
                std::string(cutUtf8(model, 100)) + "\"", "model");
  }
  if (auto meaning = reserved(model, config, policy)) return *meaning;
  for (const auto& workload : policy.workloads) {
    const auto& models = workload.match.models;
    if (std::find(models.begin(), models.end(), model) != models.end()) return ModelMeaning(RoutedModel{});
  }
  for (const auto& [pattern, target] : config.aliases) {
    if (!globMatches(pattern, model)) continue;
    if (auto meaning = reserved(target, config, policy)) return *meaning;
    if (auto meaning = bareId(target, config)) return *meaning;  // an alias of an alias is not followed: it could go round
  }
  if (auto meaning = bareId(model, config)) return *meaning;
  return fail(ErrorCode::ModelNotFound,
              "there is no model \"" + std::string(cutUtf8(model, 100)) + "\" here; offered are: " + join(offeredModels(config, policy), ", "),
              "model");
}

std::vector<std::string> offeredModels(const config::Config& config, const policy::CompiledPolicy& policy) {
  std::vector<std::string> names{"auto"};
  for (const auto& workload : policy.workloads) names.push_back("auto:" + workload.name);
  for (const auto& tier : policy.tiers) names.push_back("tier:" + tier);
  for (const auto& upstream : config.upstreams) {
    for (const auto& offer : upstream.models) names.push_back(upstream.name + "/" + offer.id);
  }
  return names;
}

}  // namespace signalbox::engine
