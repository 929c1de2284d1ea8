// SPDX-License-Identifier: Apache-2.0
#include "dialect/json_object.h"

#include <array>
#include <charconv>
#include <cmath>

namespace signalbox::dialect {

std::string jsonNumber(double value) {
  if (!std::isfinite(value)) return "null";
  std::array<char, 32> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return error == std::errc{} ? std::string(buffer.data(), end) : "null";
}

}  // namespace signalbox::dialect
