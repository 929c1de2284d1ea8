// SPDX-License-Identifier: Apache-2.0
#include "dialect/client_dialect.h"

#include "base/json_doc.h"
#include "dialect/anthropic_error.h"
#include "dialect/evidence.h"
#include "dialect/messages.h"
#include "dialect/openai_chat.h"
#include "dialect/openai_completions.h"
#include "dialect/openai_embeddings.h"
#include "dialect/openai_error.h"
#include "dialect/openai_responses.h"
#include "http/sse.h"

namespace signalbox::dialect {

std::optional<domain::Dialect> dialectOf(std::string_view path) {
  if (path == "/v1/chat/completions") return domain::Dialect::OpenAiChat;
  if (path == kMessagesPath) return domain::Dialect::AnthropicMessages;
  if (path == "/v1/responses") return domain::Dialect::OpenAiResponses;
  if (path == "/v1/completions") return domain::Dialect::OpenAiCompletions;
  if (path == "/v1/embeddings") return domain::Dialect::OpenAiEmbeddings;
  return std::nullopt;
}

Result<domain::Request> readRequest(domain::Dialect dialect, std::string body, const http::Headers& headers) {
  switch (dialect) {
    case domain::Dialect::OpenAiCompletions: return readCompletionsRequest(std::move(body), headers);
    case domain::Dialect::OpenAiResponses: return readResponsesRequest(std::move(body), headers);
    case domain::Dialect::OpenAiEmbeddings: return readEmbeddingsRequest(std::move(body), headers);
    case domain::Dialect::AnthropicMessages: return readMessagesRequest(std::move(body), headers);
    default: return readChatRequest(std::move(body), headers);
  }
}

http::Response errorResponse(const Error& error, domain::Dialect dialect) {
  return dialect == domain::Dialect::AnthropicMessages ? anthropicErrorResponse(error) : errorResponse(error);
}

std::string errorEvent(const Error& error, domain::Dialect dialect) {
  return dialect == domain::Dialect::AnthropicMessages ? anthropicErrorEvent(error) : http::sseEvent(errorBody(error));
}

std::string withExplanation(std::string_view body, std::string_view decision_json) {
  const auto doc = JsonDoc::parse(body, kAnswerLimits);
  if (!doc || !doc->root().isObject()) return std::string(body);
  TextEdits edits;
  edits.setMember(doc->root(), "signalbox", std::string(decision_json));
  return edits.apply(body);
}

}  // namespace signalbox::dialect
