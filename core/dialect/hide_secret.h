// SPDX-License-Identifier: Apache-2.0
// Upstreams, and proxies before them, quote what they were asked with when they fail; the key that the router asked with must not
// come back out of it.
#pragma once
#include <string>
#include <string_view>

#include "base/secret.h"

namespace signalbox::dialect {

// What an upstream said of a failure, with `secret` replaced wherever it stands: in the strings of a JSON text however they are
// escaped, else in the bytes; nothing of a text that is no JSON and has it escaped. Everything else stays as it came. A secret of less than 8 bytes is a placeholder (`none`, `EMPTY`)
// and is replaced where it stands as a word of its own.
[[nodiscard]] std::string hideSecret(std::string_view said, const Secret& secret);

}  // namespace signalbox::dialect
