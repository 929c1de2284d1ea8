// SPDX-License-Identifier: Apache-2.0
#include "dialect/translation.h"

#include "dialect/chat_to_chat.h"
#include "dialect/hub.h"
#include "dialect/messages.h"

namespace signalbox::dialect {

std::unique_ptr<Translation> translate(domain::Dialect client, domain::UpstreamApi upstream, const Additions& add, std::int64_t now) {
  const bool anthropic = upstream == domain::UpstreamApi::Anthropic;
  if (client == domain::Dialect::AnthropicMessages) return anthropic ? messagesToMessages() : throughHub(messagesClient(), chatUpstream(), add, now);
  return anthropic ? throughHub(chatClient(), messagesUpstream(), add, now) : chatToChat(add);
}

}  // namespace signalbox::dialect
