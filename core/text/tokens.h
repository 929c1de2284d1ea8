// SPDX-License-Identifier: Apache-2.0
// Estimates of token counts, for when no provider has counted yet.
#pragma once
#include <cstdint>
#include <string_view>

#include "domain/request.h"

namespace signalbox::text {

// ⌈UTF-8 bytes ÷ 4⌉: the convention of the whole product, so that every part agrees with every other.
[[nodiscard]] std::int64_t estimateTokens(std::string_view text);
[[nodiscard]] std::int64_t estimateTokens(std::int64_t utf8_bytes);  // of several texts together: add their bytes first
// Of all that a request says. What it gives as token numbers is counted and not estimated.
[[nodiscard]] std::int64_t inputTokens(const domain::Request& request);

}  // namespace signalbox::text
