// SPDX-License-Identifier: Apache-2.0
#include "text/tokens.h"

#include <algorithm>

namespace signalbox::text {

std::int64_t estimateTokens(std::string_view text) { return estimateTokens(static_cast<std::int64_t>(text.size())); }

std::int64_t estimateTokens(std::int64_t utf8_bytes) { return (utf8_bytes + 3) / 4; }

std::int64_t inputTokens(const domain::Request& request) {
  std::int64_t bytes = -request.token_number_bytes;
  for (const auto& message : request.messages) bytes += static_cast<std::int64_t>(message.text.size());
  return request.token_numbers + estimateTokens(std::max<std::int64_t>(bytes, 0));
}

}  // namespace signalbox::text
