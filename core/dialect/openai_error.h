// SPDX-License-Identifier: Apache-2.0
// Errors as OpenAI's clients expect them, in both directions: what an upstream said, and what our client is told.
#pragma once
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json_doc.h"
#include "http/message.h"

namespace signalbox::dialect {

// {"error":{"message","type","param","code"}}
[[nodiscard]] std::string errorBody(const Error& error);
// The record's code, or the provider's class of error where it named one.
[[nodiscard]] std::string errorCode(const Error& error);
// What a provider said under `error` in another shape of it, as errorBody() has it. `body` is one of an error object.
[[nodiscard]] std::string openAiErrorBody(std::string_view body);
// Status, JSON body, Retry-After where known. A 400, 404, 413 or 422 of the upstream is passed through as it came.
[[nodiscard]] http::Response errorResponse(const Error& error);

// An upstream's answer with a status of 400 or more. 401 and 403 keep nothing of the provider's words, which may quote the key;
// other messages are cut and scrubbed of what looks like a key. `error.detail` keeps a passed-through body.
[[nodiscard]] Error readUpstreamError(int status, std::string_view body, double retry_after_s = 0);
// The member `error` of an answer that came under a 200.
[[nodiscard]] Error readErrorMember(std::string_view raw);

// UpstreamMalformed: "the upstream's answer is not a KIND: WHAT".
[[nodiscard]] std::unexpected<Error> malformedAnswer(std::string_view kind, std::string_view what);
// What every answer under a 200 must be: an object, and not one that tells of an error.
[[nodiscard]] Result<void> checkAnswer(JsonDoc::Node root, std::string_view kind);
// The document of a whole answer, so checked. `body` must outlive it.
[[nodiscard]] Result<JsonDoc> readAnswer(std::string_view body, std::string_view kind);

// At most 300 bytes of `text`, with everything that looks like a key or token replaced.
[[nodiscard]] std::string scrub(std::string_view text);

}  // namespace signalbox::dialect
