// SPDX-License-Identifier: Apache-2.0
// OpenAI's Responses to and from the hub. Internal to dialect/.
#pragma once
#include <memory>
#include <set>

#include "base/json_doc.h"
#include "dialect/hub.h"

namespace signalbox::dialect {

// NotCarried for what only the provider that keeps responses can do: earlier responses, conversations, background runs, prompts
// kept there, and its own tools.
[[nodiscard]] Result<Conversation> conversationOfResponses(std::string_view body);
// `input`, as turns added to those of the instructions; members of items that the hub has no place for are named in `dropped`.
[[nodiscard]] Result<void> readItems(JsonDoc::Node input, std::vector<Turn>& turns, std::set<std::string>& dropped);
[[nodiscard]] std::unique_ptr<ReplyWriter> responsesReplyWriter(const domain::Request& request, std::int64_t now);

// Whether `include` has this word.
[[nodiscard]] bool includes(JsonDoc::Node root, std::string_view word);
inline constexpr std::string_view kIncludeLogprobs = "message.output_text.logprobs";
inline constexpr std::string_view kIncludeReasoning = "reasoning.encrypted_content";
// Before an encrypted_content that holds a thought itself and not the signature of one.
inline constexpr std::string_view kRedacted = "redacted:";

}  // namespace signalbox::dialect
