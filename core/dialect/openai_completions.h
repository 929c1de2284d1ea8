// SPDX-License-Identifier: Apache-2.0
// OpenAI's legacy completions. For an upstream that has them bytes stay as they came, and what must change is edited in place.
#pragma once
#include <memory>
#include <string>

#include "dialect/translation.h"
#include "http/message.h"

namespace signalbox::dialect {

// As readRequest(). The prompts are one message of the user.
[[nodiscard]] Result<domain::Request> readCompletionsRequest(std::string body, const http::Headers& headers);

// To an upstream with /completions.
[[nodiscard]] std::unique_ptr<Translation> completionsToCompletions(const Additions& add);

// Whether an error of an upstream says that it has no /completions, or none for this model, so that it may have chats.
[[nodiscard]] bool lacksCompletions(const Error& error);

}  // namespace signalbox::dialect
