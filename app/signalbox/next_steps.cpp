// SPDX-License-Identifier: Apache-2.0
#include "signalbox/next_steps.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/strings.h"
#include "signalbox/stop_signals.h"

namespace signalbox::app {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> variables(const config::Draft& draft) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const auto& key : draft.keys) add(key.env);
  for (const auto& upstream : draft.upstreams) add(upstream.key_env);
  return names;
}

bool isSet(const std::string& variable) {
  const char* value = std::getenv(variable.c_str());
  return value && *value;
}

// As a shell reads it.
std::string shellWord(const std::string& text) {
  const bool plain = text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/") == std::string::npos;
  if (plain) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

std::string DraftPlaces::taken() const {
  std::error_code ignored;
  if (fs::exists(config, ignored)) return config;
  return fs::exists(policy, ignored) ? policy : std::string();
}

DraftPlaces draftPlaces(const std::string& config, const std::string& policy) {
  DraftPlaces places;
  places.config = config;
  places.policy = policy.empty() ? (fs::path(config).parent_path() / "policy.yaml").string() : policy;
  places.policy_name = policy.empty() ? "policy.yaml" : fs::absolute(policy).lexically_relative(fs::absolute(config).parent_path()).string();
  return places;
}

Result<void> writePlaces(const config::Draft& draft, const DraftPlaces& places) {
  const auto path = [](const std::string& file) { return fs::absolute(file).lexically_normal(); };
  if (path(places.config) == path(places.policy)) {
    return fail(ErrorCode::InvalidInput, "the configuration and the policy would both be " + places.config + "; give them a name each, with --out" +
                                             (places.policy_name == "policy.yaml" ? " other than policy.yaml" : " and --policy"));
  }
  const StopSignals held;  // a signal waits until both files are there; what it asks for has then been done
  return config::writeDraft(draft, places.config, places.policy);
}

Json summary(const config::Draft& draft, const DraftPlaces& places) {
  Json tiers = Json::array();
  for (const auto& tier : draft.tiers) tiers.push_back({{"name", tier.name}, {"deployments", tier.deployments}});
  return {{"config", places.config}, {"policy", places.policy}, {"tiers", tiers}, {"variables", variables(draft)}};
}

std::string nextSteps(const config::Draft& draft, const DraftPlaces& places) {
  std::string text = "wrote " + places.config + " and " + places.policy + ":\n";
  for (const auto& tier : draft.tiers) text += "  " + tier.name + ": " + join(tier.deployments, ", ") + "\n";
  text += "\nnext:\n";
  for (const auto& name : variables(draft)) text += "  export " + name + "=…" + (isSet(name) ? "   # is set here" : "   # is not set here") + "\n";
  const std::string named = places.config == "signalbox.yaml" ? "" : " --config " + shellWord(places.config);
  text += "  signalbox check" + named + "\n  signalbox serve" + named + "\n\nand in the programs that ask:\n"
          "  export OPENAI_BASE_URL=http://127.0.0.1:8787/v1\n  export OPENAI_API_KEY=";
  text += draft.keys.empty() ? "\"$(signalbox token show client --reveal)\"   # after the first start" : "\"$" + draft.keys.front().env + "\"";
  return text + "\n  curl $OPENAI_BASE_URL/chat/completions -H \"Authorization: Bearer $OPENAI_API_KEY\" -H 'Content-Type: application/json' \\\n"
                "    -d '{\"model\": \"auto\", \"messages\": [{\"role\": \"user\", \"content\": \"Say hello.\"}]}'\n";
}

}  // namespace signalbox::app
