// SPDX-License-Identifier: Apache-2.0
// What the readers of all client dialects do alike. Internal to dialect/.
#pragma once
#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json_doc.h"
#include "dialect/field_types.h"
#include "domain/request.h"
#include "http/message.h"

namespace signalbox::dialect {

// A JSON object, or InvalidRequest. `body` must outlive it.
[[nodiscard]] Result<JsonDoc> readBody(std::string_view body);
// The same of `request.body`, its members of the types that `fields` lists, and the model read.
[[nodiscard]] Result<JsonDoc> readTyped(std::span<const Field> fields, domain::Request& request);
// Null stands for "not given".
[[nodiscard]] inline bool given(JsonDoc::Node node) { return node && !node.isNull(); }
// Where a value stands. REQUIRES: `node` is one.
[[nodiscard]] inline domain::Span spanOf(JsonDoc::Node node) {
  return {static_cast<std::uint32_t>(node.begin()), static_cast<std::uint32_t>(node.end())};
}
// A content that is a string or an array of parts: its texts, joined by line feeds.
[[nodiscard]] std::string joinedText(JsonDoc::Node content);

// A whole number however it is written (100, 100.0, 1e2), no further from 0 than any count is; nullopt where it is none.
[[nodiscard]] inline std::optional<std::int64_t> wholeNumber(JsonDoc::Node node) {
  const auto value = node.number();
  return value ? std::optional(static_cast<std::int64_t>(std::clamp(*value, -9e15, 9e15))) : std::nullopt;
}

// The most tokens that an answer may have; nullopt where none is given, or a number below 0, by which some servers mean no limit.
[[nodiscard]] inline std::optional<std::int64_t> tokenLimit(JsonDoc::Node node) {
  const auto value = wholeNumber(node);
  return value && *value >= 0 ? value : std::nullopt;
}

// The members of an object that `wanted` names, each in the place it names. The error is the first of `check(name, member)`, which is
// asked of every member.
template <class Members, std::size_t count, class Check>
[[nodiscard]] Result<Members> findMembers(JsonDoc::Node root, const std::pair<std::string_view, JsonDoc::Node Members::*> (&wanted)[count], Check check) {
  Members found;
  for (auto member = root.first(); member; member = member.next()) {
    const auto name = member.key();
    if (const auto allowed = check(name, member); !allowed) return std::unexpected(allowed.error());
    for (const auto& [key, slot] : wanted) {
      if (key == name) found.*slot = member;
    }
  }
  return found;
}

// The members of an object that say something and are not among `known`, which the hub has no place for: added to `names`,
// with `where` before them. Null, and lists and objects without anything in them, say nothing.
void nameOthers(JsonDoc::Node object, std::initializer_list<std::string_view> known, std::string_view where, std::set<std::string>& names);
// A cache_control, as JSON; empty where there is none.
[[nodiscard]] std::string cacheOf(JsonDoc::Node node);
// A text to stop at, or several.
void readStop(JsonDoc::Node stop, std::vector<std::string>& into);
// NotCarried: "'PARAM': WHAT", and with the words "cannot be translated for this upstream" behind it.
[[nodiscard]] std::unexpected<Error> notCarried(std::string param, std::string_view what);
[[nodiscard]] std::unexpected<Error> notTranslated(std::string param, std::string_view what);
// Name and span of the model. InvalidRequest where there is none.
[[nodiscard]] Result<void> readModel(JsonDoc::Node model, domain::Request& request);
// Of the APIs in which usage of a stream has to be asked for.
[[nodiscard]] Result<void> readStreamOptions(JsonDoc::Node options, domain::Request& request);
// Everything a signalbox hint leaves behind in the body: its member, or all of metadata when hints were all there was, because
// some providers refuse an empty one.
[[nodiscard]] std::vector<domain::Span> hintSpans(JsonDoc::Node root, JsonDoc::Node metadata);
// The headers that policies may match on and dialects may pass on: neither hints nor credentials, names in lower case.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> headersForPolicies(const http::Headers& headers);
// Hints from headers and `metadata` (headers win) with their spans, headers for policies, and the end of the body. Without a hint
// the body's `user` is the user.
[[nodiscard]] Result<void> readHintsAndHeaders(const http::Headers& headers, JsonDoc::Node root, JsonDoc::Node metadata, JsonDoc::Node user,
                                               domain::Request& request);

}  // namespace signalbox::dialect
