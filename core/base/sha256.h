// SPDX-License-Identifier: Apache-2.0
// SHA-256 and comparison in constant time, over OpenSSL.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace signalbox {

using Sha256 = std::array<std::uint8_t, 32>;
[[nodiscard]] Sha256 sha256(std::string_view data);
[[nodiscard]] std::string toHex(std::string_view bytes);
[[nodiscard]] std::string sha256Hex(std::string_view data);  // 64 lower-case digits
[[nodiscard]] bool equalConstantTime(const Sha256& a, const Sha256& b);
[[nodiscard]] std::string randomToken(std::string_view prefix);  // prefix + 32 random bytes, base64url; for tokens

}  // namespace signalbox
