// SPDX-License-Identifier: Apache-2.0
// What is refused on the head alone, before a handler sees the request: foreign hosts (DNS rebinding), pages of other sites,
// and bodies that a browser may send without asking. Also the body of every refusal.
#pragma once
#include <string_view>

#include "http/framing.h"
#include "http/message.h"
#include "server/handler.h"
#include "server/host_list.h"

namespace signalbox::server {

// `hosts` null means that any host will do. Status 0: nothing against it.
[[nodiscard]] http::Refusal checkHead(const http::Request& head, const HostList* hosts, const Handler& handler);
// Whether who asks there expects errors as Anthropic shapes them.
[[nodiscard]] bool speaksAnthropic(std::string_view path);
// {"error":{…}} as OpenAI or Anthropic shapes it, with an x-signalbox-decision-id that appears in no record.
[[nodiscard]] http::Response refusalResponse(int status, std::string_view why, bool anthropic);

}  // namespace signalbox::server
