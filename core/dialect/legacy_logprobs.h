// SPDX-License-Identifier: Apache-2.0
// Token probabilities as the legacy completions write them: one list each of tokens, probabilities and alternatives. Servers exist
// that write those of chats instead, which are read as well. Internal to dialect/.
#pragma once
#include "base/json_doc.h"
#include "dialect/answer.h"

namespace signalbox::dialect {

// As appendEvidence().
[[nodiscard]] bool appendLegacyEvidence(JsonDoc::Node logprobs, domain::TokenEvidence& evidence);

// Takes out of the choices' `logprobs` what `add` says was ours alone: all, or the alternatives beyond those that the client
// wanted. The chosen token stays among them, as the API has it.
void stripLegacyLogprobs(JsonDoc::Node choices, const Additions& add, TextEdits& edits);

}  // namespace signalbox::dialect
