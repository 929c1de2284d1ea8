// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>

#include "base/json_doc.h"
#include "base/strings.h"
#include "dialect/chat_fields.h"
#include "dialect/hints.h"
#include "dialect/openai_chat.h"
#include "dialect/request_parts.h"

namespace signalbox::dialect {
namespace {

std::string textOf(JsonDoc::Node content) {
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

Result<void> readMessages(JsonDoc::Node messages, domain::Request& request) {
  if (!messages.isArray()) return wrongType("messages", "an array", messages);
  if (messages.size() == 0) return fail(ErrorCode::InvalidRequest, "'messages' must hold at least one message", "messages");
  request.messages.reserve(messages.size());
  std::size_t index = 0;
  for (auto message = messages.first(); message; message = message.next(), ++index) {
    if (const auto shape = checkMessage(message, index); !shape) return shape;
    request.messages.push_back({message["role"].stringOr(""), textOf(message["content"])});
  }
  return {};
}

// A shape is asked for by a response format other than text, or by forcing a tool.
Result<void> readShape(JsonDoc::Node format, JsonDoc::Node choice, domain::Request& request) {
  if (format.isObject()) {
    const auto type = format["type"];
    if (!type.isString()) return wrongType("response_format.type", "a string", type);
    request.structured = type.raw() != "\"text\"";
  }
  if (choice.isObject() || choice.stringOr("") == "required") request.structured = true;
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

struct Members {
  JsonDoc::Node model, messages, metadata, stream, stream_options, logprobs, top_logprobs, max_tokens, max_completion_tokens, n,
      tools, functions, tool_choice, function_call, response_format, user;
};

Result<Members> membersOf(JsonDoc::Node root) {
  static constexpr std::pair<std::string_view, JsonDoc::Node Members::*> kWanted[] = {
      {"model", &Members::model},
      {"messages", &Members::messages},
      {"metadata", &Members::metadata},
      {"stream", &Members::stream},
      {"stream_options", &Members::stream_options},
      {"logprobs", &Members::logprobs},
      {"top_logprobs", &Members::top_logprobs},
      {"max_tokens", &Members::max_tokens},
      {"max_completion_tokens", &Members::max_completion_tokens},
      {"n", &Members::n},
      {"tools", &Members::tools},
      {"functions", &Members::functions},
      {"tool_choice", &Members::tool_choice},
      {"function_call", &Members::function_call},
      {"response_format", &Members::response_format},
      {"user", &Members::user}};
  return findMembers(root, kWanted, [](std::string_view name, JsonDoc::Node member) { return checkField(name, member); });
}

Result<void> readNumbers(const Members& in, domain::Request& request) {
  if (given(in.top_logprobs)) {
    const auto top = wholeNumber(in.top_logprobs).value_or(0);
    if (top < 0 || top > 1000) return fail(ErrorCode::InvalidRequest, "'top_logprobs' must be from 0 to 1000", "top_logprobs");
    request.top_logprobs = static_cast<int>(top);
  }
  const auto n = wholeNumber(in.n).value_or(1);
  if (n < 1 || n > 128) return fail(ErrorCode::InvalidRequest, "'n' must be from 1 to 128", "n");
  request.n = static_cast<int>(n);
  if (given(in.max_tokens)) request.max_tokens = wholeNumber(in.max_tokens);
  if (given(in.max_completion_tokens)) request.max_tokens = wholeNumber(in.max_completion_tokens);
  return {};
}

Result<void> readMembers(JsonDoc::Node root, const Members& in, domain::Request& request) {
  if (!in.model.isString()) return wrongType("model", "a string", in.model);
  request.model = *in.model.string();
  if (request.model.empty()) return fail(ErrorCode::InvalidRequest, "'model' must name a model", "model");
  if (auto read = readMessages(in.messages, request); !read) return read;
  if (auto read = readStreamOptions(in.stream_options, request); !read) return read;
  if (auto read = readNumbers(in, request); !read) return read;
  if (auto read = readShape(in.response_format, given(in.tool_choice) ? in.tool_choice : in.function_call, request); !read) {
    return read;
  }
  request.stream = in.stream.boolean().value_or(false);
  request.wants_logprobs = in.logprobs.boolean().value_or(false);
  request.has_tools = given(in.tools) || given(in.functions);
  auto& spans = request.spans;
  spans.model = spanOf(in.model);
  if (in.stream) spans.stream = spanOf(in.stream);
  if (in.logprobs) spans.logprobs = spanOf(in.logprobs);
  if (in.top_logprobs) spans.top_logprobs = spanOf(in.top_logprobs);
  spans.close = static_cast<std::uint32_t>(root.end() - 1);
  spans.hints = hintSpans(root, in.metadata);
  return {};
}

}  // namespace

Result<domain::Request> readChatRequest(std::string body, const http::Headers& headers) {
  domain::Request request;
  request.body = std::move(body);
  const auto doc = JsonDoc::parse(request.body);
  if (!doc) return fail(ErrorCode::InvalidRequest, "the request body is not usable: " + doc.error().message);
  const auto root = doc->root();
  if (!root.isObject()) return fail(ErrorCode::InvalidRequest, "the request body must be a JSON object");
  const auto members = membersOf(root);
  if (!members) return std::unexpected(members.error());
  if (const auto read = readMembers(root, *members, request); !read) return std::unexpected(read.error());
  auto hints = readHints(headers, members->metadata);
  if (!hints) return std::unexpected(hints.error());
  request.hints = std::move(*hints);
  request.headers = headersForPolicies(headers);
  if (request.hints.user.empty()) request.hints.user = members->user.stringOr("");
  return request;
}

}  // namespace signalbox::dialect
