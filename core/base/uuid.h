// SPDX-License-Identifier: Apache-2.0
// UUID version 7 (RFC 9562): sorted by time, monotonic within a process even when the wall clock steps back. Thread-safe.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace signalbox {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  friend auto operator<=>(const Uuid&, const Uuid&) = default;
  [[nodiscard]] std::string string() const;  // 36 characters, lower case
  [[nodiscard]] static std::optional<Uuid> parse(std::string_view text);
  [[nodiscard]] static Uuid v7();
  [[nodiscard]] bool isNil() const { return *this == Uuid{}; }
  [[nodiscard]] std::int64_t millis() const;  // the wall time it carries
};

}  // namespace signalbox
