// SPDX-License-Identifier: Apache-2.0
// Takes out of answers what the router alone asked for. Internal to dialect/.
#pragma once
#include "base/json_doc.h"
#include "dialect/openai_chat.h"

namespace signalbox::dialect {

// Sets `logprobs` of every choice to null where all of it was added, or cuts the alternatives to those the client asked for.
void stripLogprobs(JsonDoc::Node choices, const Additions& add, TextEdits& edits);
// The alternatives of one choice's tokens.
void cutChatAlternatives(JsonDoc::Node logprobs, std::size_t keep, TextEdits& edits);

}  // namespace signalbox::dialect
