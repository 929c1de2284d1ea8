// SPDX-License-Identifier: Apache-2.0
// Chat completions to and from the hub. Internal to dialect/.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/json_doc.h"
#include "dialect/hub.h"

namespace signalbox::dialect {

[[nodiscard]] Result<Conversation> conversationOfChat(std::string_view body);
// `dropped` names what chat completions have no word for. NotCarried for a file that is given by its address.
[[nodiscard]] Result<WrittenRequest> writeChat(const Conversation& conversation, std::string_view model, const Additions& add, bool stream);
[[nodiscard]] std::unique_ptr<ReplyReader> chatReplyReader(const Conversation& conversation, const Additions& add);
[[nodiscard]] std::unique_ptr<ReplyWriter> chatReplyWriter(const domain::Request& request, std::int64_t now);

// A tool call's arguments: a text that should hold JSON; some servers give the object itself.
[[nodiscard]] std::string argumentsText(JsonDoc::Node arguments);

}  // namespace signalbox::dialect
