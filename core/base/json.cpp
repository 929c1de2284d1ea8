// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <cmath>

#include "base/json_bounded.h"
#include "base/strings.h"

namespace signalbox {
namespace {

// ECMAScript's Number::toString, which RFC 8785 prescribes: shortest digits, plain between 1e-6 and 1e21.
std::string canonicalNumber(double value) {
  if (value == 0) return "0";
  std::string text = shortest(std::fabs(value));
  std::string digits;
  int exponent = 0;
  const auto e = text.find('e');
  const std::string mantissa = text.substr(0, e);
  if (e != std::string::npos) exponent = std::stoi(text.substr(e + 1));
  const auto point = mantissa.find('.');
  const auto whole = static_cast<int>(point == std::string::npos ? mantissa.size() : point);
  for (const char c : mantissa) {
    if (c != '.') digits += c;
  }
  int n = whole + exponent;  // position of the decimal point after the first digit of `digits`
  const auto first = digits.find_first_not_of('0');
  n -= static_cast<int>(first);
  digits.erase(0, first);
  digits.erase(digits.find_last_not_of('0') + 1);
  const int k = static_cast<int>(digits.size());
  std::string out = value < 0 ? "-" : "";
  if (k <= n && n <= 21) return out + digits + std::string(static_cast<std::size_t>(n - k), '0');
  if (0 < n && n <= 21) return out + digits.substr(0, static_cast<std::size_t>(n)) + "." + digits.substr(static_cast<std::size_t>(n));
  if (-6 < n && n <= 0) return out + "0." + std::string(static_cast<std::size_t>(-n), '0') + digits;
  out += digits.substr(0, 1);
  if (k > 1) out += "." + digits.substr(1);
  return out + "e" + (n > 0 ? "+" : "-") + std::to_string(std::abs(n - 1));
}

// RFC 8785 sorts by UTF-16 code units; differs from byte order only between U+E000–U+FFFF and the supplementary planes.
bool utf16Less(const std::string& a, const std::string& b) {
  const auto rank = [](unsigned char lead) { return lead >= 0xf0 ? 0xed : lead >= 0xee ? lead + 1 : static_cast<int>(lead); };
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const auto x = static_cast<unsigned char>(a[i]);
    const auto y = static_cast<unsigned char>(b[i]);
    if (x != y) return rank(x) != rank(y) ? rank(x) < rank(y) : x < y;
  }
  return a.size() < b.size();
}

void write(const Json& value, std::string& out) {
  switch (value.type()) {
    case Json::value_t::object: {
      std::vector<std::string> keys;
      for (const auto& [key, unused] : value.items()) keys.push_back(key);
      std::sort(keys.begin(), keys.end(), utf16Less);
      out += '{';
      for (std::size_t i = 0; i < keys.size(); ++i) {
        if (i) out += ',';
        out += quoteJson(keys[i]) + ":";
        write(value.at(keys[i]), out);
      }
      out += '}';
      return;
    }
    case Json::value_t::array:
      out += '[';
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (i) out += ',';
        write(value[i], out);
      }
      out += ']';
      return;
    case Json::value_t::string: out += quoteJson(value.get_ref<const std::string&>()); return;
    case Json::value_t::boolean: out += value.get<bool>() ? "true" : "false"; return;
    case Json::value_t::number_integer: out += std::to_string(value.get<std::int64_t>()); return;
    case Json::value_t::number_unsigned: out += std::to_string(value.get<std::uint64_t>()); return;
    case Json::value_t::number_float: out += canonicalNumber(value.get<double>()); return;
    default: out += "null"; return;
  }
}

}  // namespace

Result<Json> parseJson(std::string_view text) { return parseJson(text, JsonLimits{}); }

Result<Json> parseJson(std::string_view text, JsonLimits limits) {
  // The strict reader first: it is bounded in depth, which nlohmann-json is not, and it refuses duplicate keys.
  if (auto checked = JsonDoc::parse(text, limits); !checked) return std::unexpected(checked.error());
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) return fail(ErrorCode::InvalidInput, "a number or string of the JSON text is out of range");
  return value;
}

std::string jsonText(const Json& value, int indent) { return value.dump(indent, ' ', false, Json::error_handler_t::replace); }

std::string canonicalJson(const Json& value) {
  std::string out;
  write(value, out);
  return out;
}

}  // namespace signalbox
