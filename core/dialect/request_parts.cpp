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
  kept.reserve(headers.size());
  for (const auto& [name, value] : headers.all()) {
    auto lower = toLower(name);
    if (!isHintName(lower) && !isCredential(lower)) kept.emplace_back(std::move(lower), trim(value));
  }
  return kept;
}

Result<JsonDoc> readBody(std::string_view body) {
  auto doc = JsonDoc::parse(body);
  if (!doc) return fail(ErrorCode::InvalidRequest, "the request body is not usable: " + doc.error().message);
  if (!doc->root().isObject()) return fail(ErrorCode::InvalidRequest, "the request body must be a JSON object");
  return doc;
}

Result<JsonDoc> readTyped(std::span<const Field> fields, domain::Request& request) {
  auto doc = readBody(request.body);
  if (!doc) return doc;
  for (auto member = doc->root().first(); member; member = member.next()) {
    if (const auto typed = checkField(fields, member.key(), member); !typed) return std::unexpected(typed.error());
  }
  if (const auto read = readModel(doc->root()["model"], request); !read) return std::unexpected(read.error());
  return doc;
}

std::string joinedText(JsonDoc::Node content) {
  if (auto text = content.string()) return std::move(*text);
  std::string joined;
  if (!content.isArray()) return joined;
  for (auto part = content.first(); part; part = part.next()) {
    const auto text = part["text"];
    if (!text.isString()) continue;
    if (!joined.empty()) joined += '\n';
    joined += *text.string();
  }
  return joined;
}

void nameOthers(JsonDoc::Node object, std::initializer_list<std::string_view> known, std::string_view where, std::set<std::string>& names) {
  if (!object.isObject()) return;
  for (auto member = object.first(); member; member = member.next()) {
    const bool empty = member.isNull() || ((member.isArray() || member.isObject()) && member.size() == 0);
    if (empty || std::ranges::find(known, member.key()) != known.end()) continue;
    names.insert(std::string(where) + member.key());
  }
}

std::string cacheOf(JsonDoc::Node node) {
  const auto cache = node["cache_control"];
  return cache.isObject() ? std::string(cache.raw()) : std::string();
}

void readStop(JsonDoc::Node stop, std::vector<std::string>& into) {
  if (auto one = stop.string()) into.push_back(std::move(*one));
  if (!stop.isArray()) return;
  for (auto each = stop.first(); each; each = each.next()) {
    if (auto one = each.string()) into.push_back(std::move(*one));
  }
}

std::unexpected<Error> notCarried(std::string param, std::string_view what) {
  return fail(ErrorCode::NotCarried, "'" + param + "': " + std::string(what), param);
}

std::unexpected<Error> notTranslated(std::string param, std::string_view what) {
  return notCarried(std::move(param), std::string(what) + " cannot be translated for this upstream");
}

Result<void> readModel(JsonDoc::Node model, domain::Request& request) {
  if (!model.isString()) return wrongType("model", "a string", model);
  request.model = *model.string();
  if (request.model.empty()) return fail(ErrorCode::InvalidRequest, "'model' must name a model", "model");
  request.spans.model = spanOf(model);
  return {};
}

Result<void> readStreamOptions(JsonDoc::Node options, domain::Request& request) {
  if (!options) return {};
  request.spans.stream_options = spanOf(options);
  if (!options.isObject()) return {};
  request.spans.stream_options_empty = options.size() == 0;
  const auto usage = options["include_usage"];
  if (!usage) return {};
  if (!usage.isNull() && !usage.boolean()) return wrongType("stream_options.include_usage", "a boolean", usage);
  request.spans.include_usage = spanOf(usage);
  request.wants_stream_usage = usage.boolean().value_or(false);
  return {};
}

Result<void> readHintsAndHeaders(const http::Headers& headers, JsonDoc::Node root, JsonDoc::Node metadata, JsonDoc::Node user, domain::Request& request) {
  request.spans.close = static_cast<std::uint32_t>(root.end() - 1);
  request.spans.hints = hintSpans(root, metadata);
  auto hints = readHints(headers, metadata);
  if (!hints) return std::unexpected(std::move(hints.error()));
  request.hints = std::move(*hints);
  request.headers = headersForPolicies(headers);
  if (request.hints.user.empty()) request.hints.user = user.stringOr("");
  return {};
}

}  // namespace signalbox::dialect
