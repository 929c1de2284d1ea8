// SPDX-License-Identifier: Apache-2.0
// The far side of Anthropic's messages: writes what that provider would send. Pure.
#pragma once
#include <string>
#include <string_view>

#include "lab/chat_writer.h"

namespace signalbox::lab {

// A message. `shape.logprobs` is of no use here: this provider gives none.
[[nodiscard]] std::string messagesAnswer(const SimulatedAnswer& answer, const ChatShape& shape);
// The events of a stream: its opening with a ping, one per token, and its end with usage; `done` is message_stop.
[[nodiscard]] ChatStream messagesStream(const SimulatedAnswer& answer, const ChatShape& shape);
[[nodiscard]] std::string messagesError(std::string_view message, int status);

}  // namespace signalbox::lab
