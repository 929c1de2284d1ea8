// SPDX-License-Identifier: Apache-2.0
// Where an answer says that its words are from, in the words of each dialect. Internal to dialect/.
#pragma once
#include <optional>
#include <string>

#include "base/json_doc.h"
#include "dialect/reply.h"

namespace signalbox::dialect {

// Code points, in which places in an answer are counted.
[[nodiscard]] std::int64_t lengthOf(std::string_view text);

// An element of a chat message's `annotations`; nullopt where it is no address, of which no other dialect has a word.
[[nodiscard]] std::optional<Citation> citationOfChat(JsonDoc::Node annotation);
// One of a text block of Anthropic's, which holds for the whole block: from `begin` on, to where it ends. Nullopt as above.
[[nodiscard]] std::optional<Citation> citationOfMessages(JsonDoc::Node citation, std::int64_t begin, std::int64_t end);

[[nodiscard]] std::string chatAnnotation(const Citation& citation);
[[nodiscard]] std::string responsesAnnotation(const Citation& citation);

// Names a member of the answer, once, as one that the client's dialect has no word for.
void drop(AnswerState& state, std::string_view name);

}  // namespace signalbox::dialect
