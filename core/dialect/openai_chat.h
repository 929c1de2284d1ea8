// SPDX-License-Identifier: Apache-2.0
// OpenAI chat completions, as pure translation. Requests and answers keep their bytes: what must change is edited in place.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json_doc.h"
#include "domain/price.h"
#include "domain/request.h"
#include "domain/tokens.h"
#include "http/message.h"

namespace signalbox::dialect {

// Reads a request's body and hint headers. InvalidRequest with `param` when a known field has the wrong type.
[[nodiscard]] Result<domain::Request> readChatRequest(std::string body, const http::Headers& headers);

// What the router asks for beside what the client asked for, so that it can be taken out again.
struct Additions {
  bool logprobs = false;      // logprobs and top_logprobs were added by us
  bool top_logprobs = false;  // only top_logprobs was added or raised
  bool usage = false;         // stream_options.include_usage was added by us
};

// The body to send: model replaced, signalbox hints taken out of metadata, additions made; every other byte as it came.
[[nodiscard]] std::string writeChatRequest(const domain::Request& request, std::string_view model, const Additions& add,
                                           std::optional<bool> stream = std::nullopt);

// A complete chat.completion, read.
struct ChatAnswer {
  std::string text;                // content of the first choice
  std::string finish_reason;
  std::string model;
  bool has_tool_calls = false;
  domain::TokenEvidence evidence;  // end-of-turn tokens left out
  std::optional<domain::Usage> usage;
};
// UpstreamMalformed when it is not a chat.completion with at least one choice.
[[nodiscard]] Result<ChatAnswer> readChatAnswer(std::string_view body);
// The body for the client: what `add` says was ours alone is taken out.
[[nodiscard]] std::string writeChatAnswer(std::string_view body, const Additions& add);

// One data payload of a stream, read into what has been gathered so far.
struct StreamState {
  std::string text;
  std::string finish_reason;
  std::string model;
  bool has_tool_calls = false;
  bool done = false;               // [DONE] was seen
  bool saw_choice = false;
  domain::TokenEvidence evidence;
  std::optional<domain::Usage> usage;
};
// UpstreamMalformed on junk; UpstreamError on an error object.
[[nodiscard]] Result<void> readChatChunk(std::string_view data, StreamState& state);
// The payload for the client: nullopt = nothing left of it (a usage chunk only we asked for); same bytes when nothing is ours.
[[nodiscard]] std::optional<std::string> writeChatChunk(std::string_view data, const Additions& add);

// {"error":{"message","type","param","code"}}
[[nodiscard]] std::string errorBody(const Error& error);
// Status, JSON body, Retry-After where known.
[[nodiscard]] http::Response errorResponse(const Error& error);

}  // namespace signalbox::dialect
