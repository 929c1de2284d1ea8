// SPDX-License-Identifier: Apache-2.0
// Anthropic's content blocks to and from the hub. Internal to dialect/.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "base/json_doc.h"
#include "dialect/conversation.h"

namespace signalbox::dialect {

// A string, or blocks without calls and results. NotCarried for a block that no other dialect has; members of blocks that no other
// has are named in `dropped`.
[[nodiscard]] Result<void> readParts(JsonDoc::Node content, std::vector<Part>& parts, std::set<std::string>& dropped);
// Results of tools come in the user's messages: a turn for each, then one with what else there is.
[[nodiscard]] Result<void> readUserTurns(JsonDoc::Node content, std::vector<Turn>& turns, std::set<std::string>& dropped);
[[nodiscard]] Result<Turn> readAssistantTurn(JsonDoc::Node content, std::set<std::string>& dropped);

// A part as a block; empty where it has nothing to say (an empty text, which the provider refuses) or cannot be shown, which
// `dropped` then names. NotCarried for what has no block.
[[nodiscard]] Result<std::string> writePart(const Part& part, std::set<std::string>& dropped);
[[nodiscard]] std::string writeCall(const ToolCall& call);
[[nodiscard]] Result<std::string> writeResult(const Turn& turn, std::set<std::string>& dropped);

// Letters, digits, `_` and `-`: what a tool's name may hold.
[[nodiscard]] std::string plainName(std::string_view name);
// Of the same, what an id of a call may hold. The same id always becomes the same, and two that differ do not.
[[nodiscard]] std::string plainId(std::string_view id);

}  // namespace signalbox::dialect
