// SPDX-License-Identifier: Apache-2.0
// Where compile() collects what it finds, and small readers of values whose shape the schema has already checked. Internal.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "domain/document_error.h"

namespace signalbox::policy {

class Findings {
 public:
  void error(std::string pointer, std::string message, bool at_key = false) {
    all.errors.push_back({std::move(pointer), std::move(message), at_key});
  }
  void warn(std::string pointer, std::string message) { all.warnings.push_back({std::move(pointer), std::move(message), true}); }
  domain::DocumentFindings all;
};

// The member, or null when it is absent or null itself.
[[nodiscard]] inline const Json* member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

// One text or a list of texts.
[[nodiscard]] inline std::vector<std::string> words(const Json& value) {
  if (value.is_string()) return {value.get<std::string>()};
  return value.get<std::vector<std::string>>();
}

// At most `most` bytes, cut at a character: rules stand in every record, values in one line of a history.
[[nodiscard]] inline std::string shortened(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  text.resize(most);
  return text + "…";
}

// REQUIRES: a duration by the schema. Too long a one is reported and read as zero.
[[nodiscard]] inline Duration duration(const Json& value, const std::string& pointer, Findings& findings) {
  const auto read = parseDuration(value.get_ref<const std::string&>());
  if (!read) findings.error(pointer, read.error().message);
  return read.value_or(Duration{});
}

}  // namespace signalbox::policy
