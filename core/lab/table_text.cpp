// SPDX-License-Identifier: Apache-2.0
#include "lab/table_text.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"

namespace signalbox::lab {
namespace {

using domain::Estimate;
constexpr std::string_view kUnknown = "–";

std::string bound(double value, Format format) { return std::isfinite(value) ? format(value) : std::string(kUnknown); }

std::string row(const std::string& name, const std::string& value, const std::string& interval, const std::string& n) {
  return padded(name, 24, false) + padded(value, 16, true) + padded(interval, 30, true) + padded(n, 10, true) + "\n";
}

}  // namespace

std::string grouped(std::int64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string padded(std::string text, std::size_t width, bool right) {
  std::size_t characters = 0;
  for (const char c : text) characters += (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
  const std::string space(characters < width ? width - characters : 0, ' ');
  return right ? space + text : text + space;
}

std::string percent(double value) { return fixed(value * 100, 1) + " %"; }
std::string milliseconds(double value) { return fixed(value, value < 10 ? 2 : 1) + " ms"; }
std::string dollars(double value) {
  if (value == 0) return "$0";
  const int digits = std::clamp(3 - static_cast<int>(std::floor(std::log10(std::abs(value)))), 2, 9);
  return "$" + fixed(value, digits);
}

std::string valueOf(const Estimate& e, Format format) { return e.n > 0 && std::isfinite(e.value) ? format(e.value) : std::string(kUnknown); }
std::string intervalOf(const Estimate& e, Format format) {
  return e.n > 0 ? "[" + bound(e.lo, format) + ", " + bound(e.hi, format) + "]" : std::string(kUnknown);
}

std::string estimateHeader() { return row("", "value", "95% interval", "n"); }
std::string estimateLine(const std::string& name, const Estimate& e, Format format) {
  return row(name, valueOf(e, format), intervalOf(e, format), grouped(e.n));
}

Json estimateJson(const Estimate& e) {
  if (e.n == 0) return nullptr;
  const auto number = [](double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); };
  return {{"value", number(e.value)}, {"lo", number(e.lo)}, {"hi", number(e.hi)}, {"n", e.n}};
}

}  // namespace signalbox::lab
