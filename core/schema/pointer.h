// SPDX-License-Identifier: Apache-2.0
// JSON pointers (RFC 6901).
#pragma once
#include <string>
#include <string_view>

namespace signalbox::schema {

// `key` as one step of a pointer, escaped; the caller adds the slash.
[[nodiscard]] std::string pointerToken(std::string_view key);

}  // namespace signalbox::schema
