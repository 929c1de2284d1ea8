// SPDX-License-Identifier: Apache-2.0
#include "dialect/request_parts.h"

#include "base/strings.h"
#include "dialect/hints.h"

namespace signalbox::dialect {
namespace {

// Credentials never leave the header list they came in.
bool isCredential(std::string_view name) {
  return name == "authorization" || name == "proxy-authorization" || name == "x-api-key" || name == "api-key" || name == "cookie";
}

}  // namespace

std::vector<domain::Span> hintSpans(JsonDoc::Node root, JsonDoc::Node metadata) {
  if (!metadata.isObject() || metadata.size() == 0) return {};
  std::vector<JsonDoc::Node> hints;
  for (auto member = metadata.first(); member; member = member.next()) {
    if (isHintName(member.key())) hints.push_back(member);
  }
  if (hints.empty()) return {};
  TextEdits edits;
  if (hints.size() == metadata.size())
    edits.removeMember(root, metadata);
  else
    edits.removeMembers(metadata, hints);
  std::vector<domain::Span> spans;
  for (const auto& edit : edits.all()) {
    spans.push_back({static_cast<std::uint32_t>(edit.begin), static_cast<std::uint32_t>(edit.end)});
  }
  return spans;
}

std::vector<std::pair<std::string, std::string>> headersForPolicies(const http::Headers& headers) {
  std::vector<std::pair<std::string, std::string>> kept;
  for (const auto& [name, value] : headers.all()) {
    auto lower = toLower(name);
    if (!isHintName(lower) && !isCredential(lower)) kept.emplace_back(std::move(lower), trim(value));
  }
  return kept;
}

}  // namespace signalbox::dialect
