// SPDX-License-Identifier: Apache-2.0
// Anthropic's Messages, as pure translation: what clients send, what upstreams of the same dialect get of it, and the way to and
// from every other dialect.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "dialect/hub.h"
#include "domain/request.h"
#include "http/message.h"

namespace signalbox::dialect {

inline constexpr std::string_view kAnthropicVersion = "2023-06-01";  // where the client names none
inline constexpr std::string_view kMessagesPath = "/v1/messages";
inline constexpr std::string_view kCountTokensPath = "/v1/messages/count_tokens";

// Reads a request's body and hint headers. InvalidRequest with `param` when a known member has the wrong type.
[[nodiscard]] Result<domain::Request> readMessagesRequest(std::string body, const http::Headers& headers);
// The same of a request to count its tokens, which has no max_tokens.
[[nodiscard]] Result<domain::Request> readCountRequest(std::string body, const http::Headers& headers);

// For an upstream of the same dialect: model and hints are edited in place, answers are relayed byte for byte.
[[nodiscard]] std::unique_ptr<Translation> messagesToMessages();
// For a request to count tokens: `whole` gives the upstream's own count.
[[nodiscard]] std::unique_ptr<Translation> countToCount();

// The client's request, read. InvalidRequest or NotCarried with `param` where it says what no other dialect can.
[[nodiscard]] Result<Conversation> conversationOfMessages(std::string_view body);
// For an Anthropic upstream; NotCarried with `param`.
[[nodiscard]] Result<WrittenRequest> writeMessages(const Conversation& conversation, std::string_view model, const Additions& add, bool stream);
// A tool that writeMessages() adds, whose arguments are the text of the answer; empty where it adds none.
[[nodiscard]] std::string answerTool(const Conversation& conversation);

[[nodiscard]] std::unique_ptr<ReplyReader> messagesReplyReader(const Conversation& conversation, const Additions& add);
[[nodiscard]] std::unique_ptr<ReplyWriter> messagesReplyWriter(const domain::Request& request, std::int64_t now);

[[nodiscard]] const ClientSide& messagesClient();
[[nodiscard]] const UpstreamSide& messagesUpstream();

// The members of the request that an Anthropic upstream reads beside the body.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> messagesHeaders(const domain::Request& request);

}  // namespace signalbox::dialect
