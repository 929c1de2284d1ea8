// SPDX-License-Identifier: Apache-2.0
// The core schema of YAML 1.2: what an unquoted scalar means.
#include <charconv>
#include <cmath>

#include "config/yaml.h"

namespace signalbox::config {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool looksLikeANumber(std::string_view text, bool& whole) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && isDigit(text[at])) ++at;
    return at - from;
  };
  const auto sign = [&] { at += at < text.size() && (text[at] == '-' || text[at] == '+') ? 1 : 0; };
  whole = true;
  sign();
  const std::size_t before = digits();
  std::size_t after = 0;
  if (at < text.size() && text[at] == '.') {
    whole = false;
    ++at;
    after = digits();
  }
  if (before + after == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    whole = false;
    ++at;
    sign();
    if (digits() == 0) return false;
  }
  return at == text.size();
}

Json number(std::string_view text, bool whole) {
  const bool plus = text.front() == '+';
  const char* begin = text.data() + (plus ? 1 : 0);
  const char* end = text.data() + text.size();
  if (whole) {
    std::int64_t value = 0;
    if (std::from_chars(begin, end, value).ec == std::errc()) return value;
    std::uint64_t large = 0;
    if (std::from_chars(begin, end, large).ec == std::errc()) return large;
  }
  double value = 0;
  const auto read = std::from_chars(begin, end, value);
  if (read.ec != std::errc() || !std::isfinite(value)) return Json(Json::value_t::discarded);
  return value;
}

}  // namespace

Json plainScalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  const std::string_view unsigned_text = text.front() == '-' || text.front() == '+' ? std::string_view(text).substr(1) : text;
  for (const std::string_view word : {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"}) {
    if (unsigned_text == word) return Json(Json::value_t::discarded);
  }
  for (const auto& [prefix, base] : {std::pair{"0x", 16}, std::pair{"0o", 8}}) {
    if (!text.starts_with(prefix) || text.size() == 2) continue;
    std::uint64_t value = 0;
    const auto read = std::from_chars(text.data() + 2, text.data() + text.size(), value, base);
    if (read.ec == std::errc() && read.ptr == text.data() + text.size()) return value;
  }
  bool whole = false;
  if (looksLikeANumber(text, whole)) return number(text, whole);
  return text;
}

}  // namespace signalbox::config
