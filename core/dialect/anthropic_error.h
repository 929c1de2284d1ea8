// SPDX-License-Identifier: Apache-2.0
// Errors as Anthropic's clients expect them.
#pragma once
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/message.h"

namespace signalbox::dialect {

// {"type":"error","error":{"type","message"}}, with our own code, and what `param` tells, beside them.
[[nodiscard]] std::string anthropicErrorBody(const Error& error);
[[nodiscard]] http::Response anthropicErrorResponse(const Error& error);
// The event that ends a stream badly.
[[nodiscard]] std::string anthropicErrorEvent(const Error& error);

// Whether an error's body is shaped as above.
[[nodiscard]] bool isAnthropicError(std::string_view body);

}  // namespace signalbox::dialect
