// SPDX-License-Identifier: Apache-2.0
// RFC 4648 base64, for files that one dialect has as text and another as data. Internal to dialect/.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace signalbox::dialect {

[[nodiscard]] std::string toBase64(std::string_view bytes);
[[nodiscard]] std::optional<std::string> fromBase64(std::string_view text);  // nullopt when it is none

}  // namespace signalbox::dialect
