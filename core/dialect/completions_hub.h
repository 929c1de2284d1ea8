// SPDX-License-Identifier: Apache-2.0
// Legacy completions to and from the hub, for upstreams that know chats only. Internal to dialect/.
#pragma once
#include <memory>

#include "dialect/hub.h"

namespace signalbox::dialect {

// NotCarried for what a chat has no way to say: suffix, echo, best_of, several prompts, prompts of token numbers.
[[nodiscard]] Result<Conversation> conversationOfCompletions(std::string_view body);
[[nodiscard]] std::unique_ptr<ReplyWriter> completionsReplyWriter(const domain::Request& request, std::int64_t now);

}  // namespace signalbox::dialect
