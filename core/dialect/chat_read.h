// SPDX-License-Identifier: Apache-2.0
// Chat completions and their chunks, of a text that has been parsed already. Internal to dialect/.
#pragma once
#include "base/json_doc.h"
#include "dialect/openai_chat.h"

namespace signalbox::dialect {

// As the functions of the same names in openai_chat.h.
[[nodiscard]] Result<ChatAnswer> readChatAnswer(JsonDoc::Node root);
[[nodiscard]] Result<void> readChatChunk(JsonDoc::Node root, bool judged, AnswerState& state);
// What a content says: a text, or the texts of its parts. Providers exist that send parts in deltas too, with thoughts among them.
[[nodiscard]] std::string contentText(JsonDoc::Node content);
[[nodiscard]] std::string contentThoughts(JsonDoc::Node content);
// Whether a message or a delta has a member of this name in words that are read: whatever else it has is told apart from the text.
[[nodiscard]] bool isReadMember(std::string_view name);
// Null, or empty.
[[nodiscard]] inline bool saysNothing(JsonDoc::Node node) {
  return node.isNull() || ((node.isArray() || node.isObject()) && node.size() == 0) || (node.isString() && node.raw().size() == 2);
}
// UpstreamMalformed: "the upstream's stream is not one of chat completion chunks: …"
[[nodiscard]] std::unexpected<Error> malformedChunk(std::string_view what);

}  // namespace signalbox::dialect
