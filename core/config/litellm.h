// SPDX-License-Identifier: Apache-2.0
// A LiteLLM proxy's config.yaml as a draft of ours: model groups become tiers, fallback chains their order, group names workloads and
// aliases. What cannot be carried over is said, key by key; a key's value is never repeated, as it may be a secret. Pure.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/draft.h"

namespace signalbox::config {

struct ImportNote {
  enum class Kind : std::uint8_t { LeftOut, Changed };
  Kind kind = Kind::LeftOut;
  ConfigError place;  // of the key; its message is empty
  std::string key;    // "router_settings.cooldown_time"
  std::string why;
  std::string advice;  // what to do; may be empty
  // "cooldown_time is not carried over: why; what to do"
  [[nodiscard]] std::string text() const;
  // file:line:column: text
  [[nodiscard]] std::string string() const;
};

struct LitellmImport {
  Draft draft;
  std::vector<ImportNote> notes;  // in the order of the file
  std::size_t models = 0;         // entries of model_list that are served now
};

// Looks a variable up; nullopt = not set. Addresses may stand in one; keys stay there.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

// The errors of a text that is no YAML, or of one without a model that could be served.
[[nodiscard]] std::expected<LitellmImport, ConfigErrors> importLitellm(std::string_view text, const std::string& file, const Environment& environment);

}  // namespace signalbox::config
