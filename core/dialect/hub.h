// SPDX-License-Identifier: Apache-2.0
// What each dialect gives to the hub, through which those pairs speak that are not of one kind. Internal to dialect/.
#pragma once
#include <memory>

#include "dialect/reply.h"
#include "dialect/translation.h"

namespace signalbox::dialect {

// A dialect that clients speak.
struct ClientSide {
  // REQUIRES: readRequest() accepted the body. NotCarried with `param` for what has no word in the hub.
  Result<Conversation> (*conversation)(std::string_view body);
  // `now`: seconds since 1970, for dialects that say when an answer was made.
  std::unique_ptr<ReplyWriter> (*writer)(const domain::Request& request, std::int64_t now);
  // Its own name for what a writer of requests says it left out or cannot carry, which writers name as chats do; null: the same.
  std::string_view (*word)(std::string_view name) = nullptr;
};

// A dialect that upstreams speak.
struct UpstreamSide {
  std::string_view path;
  Result<WrittenRequest> (*write)(const Conversation& conversation, std::string_view model, const Additions& add, bool stream);
  std::unique_ptr<ReplyReader> (*reader)(const Conversation& conversation, const Additions& add);
  // Headers that its requests have beside those of every request to the upstream; null: none.
  std::vector<std::pair<std::string, std::string>> (*headers)(const domain::Request& request) = nullptr;
};

[[nodiscard]] const ClientSide& chatClient();
[[nodiscard]] const ClientSide& completionsClient();
[[nodiscard]] const ClientSide& responsesClient();
[[nodiscard]] const UpstreamSide& chatUpstream();

// Every request and answer through the hub.
[[nodiscard]] std::unique_ptr<Translation> throughHub(const ClientSide& client, const UpstreamSide& upstream, const Additions& add, std::int64_t now);

}  // namespace signalbox::dialect
