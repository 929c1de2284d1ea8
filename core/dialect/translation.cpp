// SPDX-License-Identifier: Apache-2.0
#include "dialect/translation.h"

#include "dialect/chat_to_chat.h"
#include "dialect/hub.h"
#include "dialect/messages.h"
#include "dialect/openai_completions.h"
#include "dialect/openai_embeddings.h"

namespace signalbox::dialect {

std::unique_ptr<Translation> translate(domain::Dialect client, domain::UpstreamApi upstream, const Additions& add, std::int64_t now) {
  const bool anthropic = upstream == domain::UpstreamApi::Anthropic;
  const UpstreamSide& side = anthropic ? messagesUpstream() : chatUpstream();
  switch (client) {
    case domain::Dialect::AnthropicMessages: return anthropic ? messagesToMessages() : throughHub(messagesClient(), side, add, now);
    case domain::Dialect::OpenAiResponses: return throughHub(responsesClient(), side, add, now);
    case domain::Dialect::OpenAiCompletions:
      return anthropic || add.completions == Completions::Chat ? throughHub(completionsClient(), side, add, now) : completionsToCompletions(add);
    case domain::Dialect::OpenAiEmbeddings: return relayEmbeddings(upstream);
    default: return anthropic ? throughHub(chatClient(), side, add, now) : chatToChat(add);
  }
}

}  // namespace signalbox::dialect
