// SPDX-License-Identifier: Apache-2.0
// YAML text → JSON value, with the line and column of every key and value. YAML 1.2 core types; duplicate keys, numbers that
// are not finite, second documents and bombs are refused. JSON is YAML. Pure.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/json.h"
#include "config/config.h"

namespace signalbox::config {

// 1-based.
struct Place {
  int line = 0;
  int column = 0;
};

class SourceMap {
 public:
  void set(const std::string& pointer, Place key, Place value) { places_[pointer] = {key, value}; }
  // Of the value at this JSON pointer, or of its nearest ancestor that stands in the text.
  [[nodiscard]] Place value(std::string_view pointer) const;
  // Of its key; of the value for entries of lists.
  [[nodiscard]] Place key(std::string_view pointer) const;

 private:
  struct Both {
    Place key, value;
  };
  [[nodiscard]] Both find(std::string_view pointer) const;
  std::unordered_map<std::string, Both> places_;
};

struct YamlDocument {
  Json json;          // null for an empty text
  SourceMap places;
  ConfigErrors errors;  // not empty: the text could not be read, or holds duplicate keys
};
[[nodiscard]] YamlDocument readYaml(std::string_view text, const std::string& file_name);

// What an unquoted scalar means: null, true, 12, 0.5, else the text itself. Discarded for .inf, .nan and numbers out of range.
[[nodiscard]] Json plainScalar(const std::string& text);

}  // namespace signalbox::config
