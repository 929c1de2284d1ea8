// SPDX-License-Identifier: Apache-2.0
// RFC 4648 base64, by OpenSSL.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace signalbox {

[[nodiscard]] std::string toBase64(std::string_view bytes);
[[nodiscard]] std::optional<std::string> fromBase64(std::string_view text);  // with or without padding; nullopt when it is none

}  // namespace signalbox
