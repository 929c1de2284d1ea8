// SPDX-License-Identifier: Apache-2.0
// Writes a JSON object or array member by member, without a tree in between. Internal to dialect/.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json_doc.h"

namespace signalbox::dialect {

class JsonObject {
 public:
  JsonObject& raw(std::string_view key, std::string_view json) {
    text_ += text_.size() > 1 ? ",\"" : "\"";
    text_.append(key).append("\":").append(json);
    return *this;
  }
  // For a key that is not ours, and may need escapes.
  JsonObject& named(std::string_view key, std::string_view json) {
    const std::string quoted = quoteJson(key);
    return raw(std::string_view(quoted).substr(1, quoted.size() - 2), json);
  }
  JsonObject& text(std::string_view key, std::string_view value) { return raw(key, quoteJson(value)); }
  JsonObject& textOrNull(std::string_view key, std::string_view value) { return value.empty() ? raw(key, "null") : text(key, value); }
  JsonObject& number(std::string_view key, std::int64_t value) { return raw(key, std::to_string(value)); }
  JsonObject& boolean(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  [[nodiscard]] bool empty() const { return text_.size() == 1; }
  [[nodiscard]] std::string str() const { return text_ + '}'; }

 private:
  std::string text_ = "{";
};

class JsonArray {
 public:
  JsonArray& raw(std::string_view json) {
    if (text_.size() > 1) text_ += ',';
    text_ += json;
    return *this;
  }
  JsonArray& text(std::string_view value) { return raw(quoteJson(value)); }
  [[nodiscard]] bool empty() const { return text_.size() == 1; }
  [[nodiscard]] std::string str() const { return text_ + ']'; }

 private:
  std::string text_ = "[";
};

}  // namespace signalbox::dialect
