// SPDX-License-Identifier: Apache-2.0
#include "dialect/hints.h"

#include <charconv>

#include "base/strings.h"

namespace signalbox::dialect {
namespace {

constexpr std::string_view kPrefix = "x-signalbox-";
constexpr std::size_t kLongest = 256;  // bytes of a hint: it is written down with every decision

Result<bool> readSwitch(std::string_view name, std::string_view text) {
  if (text == "1" || equalsIgnoreCase(text, "true")) return true;
  if (text.empty() || text == "0" || equalsIgnoreCase(text, "false")) return false;
  return fail(ErrorCode::InvalidRequest, "'" + std::string(name) + "' must be 1 or 0", std::string(name));
}

Result<int> readMillis(std::string_view name, std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value <= 0) {
    return fail(ErrorCode::InvalidRequest, "'" + std::string(name) + "' must be a whole number of milliseconds above 0",
                std::string(name));
  }
  return value;
}

// `name` without the prefix, lower case. Names that mean nothing to us are left alone.
Result<void> setHint(domain::Hints& hints, const std::string& full_name, std::string_view value) {
  if (value.size() > kLongest) {
    return fail(ErrorCode::InvalidRequest, "'" + full_name + "' is longer than " + std::to_string(kLongest) + " bytes",
                full_name);
  }
  // Field values may hold any byte; what is written down and shown must be text.
  if (!isValidUtf8(value)) return fail(ErrorCode::InvalidRequest, "'" + full_name + "' must be UTF-8 text", full_name);
  const auto name = std::string_view(full_name).substr(kPrefix.size());
  if (name == "workload")
    hints.workload = value;
  else if (name == "session")
    hints.session = value;
  else if (name == "user")
    hints.user = value;
  else if (name == "domain")
    hints.domain = value;
  else if (name == "latency-sla-ms") {
    const auto millis = readMillis(full_name, value);
    if (!millis) return std::unexpected(millis.error());
    hints.latency_sla_ms = *millis;
  } else if (name == "no-cache" || name == "explain") {
    const auto on = readSwitch(full_name, value);
    if (!on) return std::unexpected(on.error());
    (name == "explain" ? hints.explain : hints.no_cache) = *on;
  }
  return {};
}

Result<std::string> metadataValue(const std::string& name, JsonDoc::Node node) {
  if (auto text = node.string()) return std::move(*text);
  if (node.kind() == JsonDoc::Kind::Number || node.boolean()) return std::string(node.raw());
  if (node.isNull()) return std::string();
  return fail(ErrorCode::InvalidRequest, "'metadata." + name + "' must be a string", "metadata." + name);
}

}  // namespace

bool isHintName(std::string_view name) {
  return name.size() > kPrefix.size() && equalsIgnoreCase(name.substr(0, kPrefix.size()), kPrefix);
}

bool saysMoreThanHints(JsonDoc::Node metadata) {
  if (!metadata.isObject()) return false;
  for (auto member = metadata.first(); member; member = member.next()) {
    if (!isHintName(member.key())) return true;
  }
  return false;
}

Result<domain::Hints> readHints(const http::Headers& headers, JsonDoc::Node metadata) {
  domain::Hints hints;
  if (metadata.isObject()) {
    for (auto member = metadata.first(); member; member = member.next()) {
      const auto name = toLower(member.key());
      if (!isHintName(name)) continue;
      const auto value = metadataValue(name, member);
      if (!value) return std::unexpected(value.error());
      if (const auto set = setHint(hints, name, *value); !set) return std::unexpected(set.error());
    }
  }
  for (const auto& [name, value] : headers.all()) {
    if (!isHintName(name)) continue;
    if (const auto set = setHint(hints, toLower(name), trim(value)); !set) return std::unexpected(set.error());
  }
  return hints;
}

}  // namespace signalbox::dialect
