// SPDX-License-Identifier: Apache-2.0
#include "text/tokens.h"

namespace signalbox::text {

std::int64_t estimateTokens(std::string_view text) { return estimateTokens(static_cast<std::int64_t>(text.size())); }

std::int64_t estimateTokens(std::int64_t utf8_bytes) { return (utf8_bytes + 3) / 4; }

}  // namespace signalbox::text
