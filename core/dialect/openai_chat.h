// SPDX-License-Identifier: Apache-2.0
// OpenAI chat completions, as pure translation. Requests and answers keep their bytes: what must change is edited in place.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "dialect/answer.h"
#include "dialect/openai_error.h"
#include "domain/request.h"
#include "http/message.h"

namespace signalbox::dialect {

// Reads a request's body and hint headers. InvalidRequest with `param` when a known field has the wrong type: some upstreams
// answer that with a 500 that would count against them.
[[nodiscard]] Result<domain::Request> readChatRequest(std::string body, const http::Headers& headers);

// The least that has to be added so that the answer carries `evidence`, and its usage when it is a stream.
[[nodiscard]] Additions additionsFor(const domain::Request& request, Evidence evidence);

// The body to send: model replaced, signalbox hints taken out of metadata, additions made; every other byte as it came.
// `stream` overrides the client's choice.
[[nodiscard]] std::string writeChatRequest(const domain::Request& request, std::string_view model, const Additions& add,
                                           std::optional<bool> stream = std::nullopt);

// A complete chat.completion, read.
struct ChatAnswer : AnswerState {
  std::vector<domain::Span> logprobs;  // where each choice's stand in the body
};
// UpstreamMalformed when it is not a chat.completion with at least one choice; UpstreamError when it is an error object.
[[nodiscard]] Result<ChatAnswer> readChatAnswer(std::string_view body);
// The body for the client: what `add` says was ours alone is taken out. REQUIRES: `answer` was read from this body.
[[nodiscard]] std::string writeChatAnswer(std::string_view body, const ChatAnswer& answer, const Additions& add);

// A stream's terminal event as it is commonly written, and whether a payload is one: some servers put white space around it.
inline constexpr std::string_view kStreamEnd = "[DONE]";
[[nodiscard]] bool endsStream(std::string_view data);
// What of a payload the client gets.
struct RelayedChunk {
  enum class Kind : std::uint8_t { AsItCame, Changed, Dropped };  // Dropped: a usage chunk that only we asked for
  Kind kind = Kind::AsItCame;
  std::string text;  // of a changed one
};
// Reads a payload into `state` and takes out what `add` says was ours alone. UpstreamMalformed on junk; UpstreamError on an
// error object.
[[nodiscard]] Result<RelayedChunk> relayChatChunk(std::string_view data, const Additions& add, AnswerState& state);
// At the end of the upstream's bytes: UpstreamTruncated without [DONE]; UpstreamMalformed when no choice came at all, or [DONE]
// came without a finish_reason. Servers really do both under a 200.
[[nodiscard]] Result<void> checkStreamEnd(const AnswerState& state);

}  // namespace signalbox::dialect
