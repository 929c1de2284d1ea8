// SPDX-License-Identifier: Apache-2.0
// What the readers of all client dialects have in common. Internal to dialect/.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "base/json_doc.h"
#include "domain/request.h"
#include "http/message.h"

namespace signalbox::dialect {

// Where a value stands. REQUIRES: `node` is one.
[[nodiscard]] inline domain::Span spanOf(JsonDoc::Node node) {
  return {static_cast<std::uint32_t>(node.begin()), static_cast<std::uint32_t>(node.end())};
}

// Null stands for "not given".
[[nodiscard]] inline bool given(JsonDoc::Node node) { return node && !node.isNull(); }

// Everything a signalbox hint leaves behind in the body: its member, or all of metadata when hints were all there was, because
// some providers refuse an empty one.
[[nodiscard]] std::vector<domain::Span> hintSpans(JsonDoc::Node root, JsonDoc::Node metadata);

// The headers that policies may match on and dialects may pass on: neither hints nor credentials, names in lower case.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> headersForPolicies(const http::Headers& headers);

}  // namespace signalbox::dialect
