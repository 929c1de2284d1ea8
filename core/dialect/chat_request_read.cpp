// SPDX-License-Identifier: Apache-2.0
#include "dialect/chat_fields.h"
#include "dialect/openai_chat.h"
#include "dialect/request_parts.h"

namespace signalbox::dialect {
namespace {

Result<void> readMessages(JsonDoc::Node messages, domain::Request& request) {
  if (!messages.isArray()) return wrongType("messages", "an array", messages);
  if (messages.size() == 0) return fail(ErrorCode::InvalidRequest, "'messages' must hold at least one message", "messages");
  request.messages.reserve(messages.size());
  std::size_t index = 0;
  for (auto message = messages.first(); message; message = message.next(), ++index) {
    if (const auto shape = checkMessage(message, index); !shape) return shape;
    request.messages.push_back({message["role"].stringOr(""), joinedText(message["content"])});
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

struct Members {
  JsonDoc::Node model, messages, metadata, stream, stream_options, logprobs, top_logprobs, max_tokens, max_completion_tokens, n,
      tools, functions, tool_choice, function_call, response_format, user, web_search_options;
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
      {"user", &Members::user},
      {"web_search_options", &Members::web_search_options}};
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
  request.max_tokens = tokenLimit(given(in.max_completion_tokens) ? in.max_completion_tokens : in.max_tokens);
  return {};
}

Result<void> readMembers(const Members& in, domain::Request& request) {
  if (auto read = readModel(in.model, request); !read) return read;
  if (auto read = readMessages(in.messages, request); !read) return read;
  if (auto read = readStreamOptions(in.stream_options, request); !read) return read;
  if (auto read = readNumbers(in, request); !read) return read;
  if (auto read = readShape(in.response_format, given(in.tool_choice) ? in.tool_choice : in.function_call, request); !read) {
    return read;
  }
  request.stream = in.stream.boolean().value_or(false);
  request.wants_logprobs = in.logprobs.boolean().value_or(false);
  request.has_tools = given(in.tools) || given(in.functions);
  request.searches = given(in.web_search_options);
  request.older_functions = !given(in.tools) && given(in.functions);
  auto& spans = request.spans;
  if (in.stream) spans.stream = spanOf(in.stream);
  if (in.logprobs) spans.logprobs = spanOf(in.logprobs);
  if (in.top_logprobs) spans.top_logprobs = spanOf(in.top_logprobs);
  return {};
}

}  // namespace

Result<domain::Request> readChatRequest(std::string body, const http::Headers& headers) {
  domain::Request request;
  request.body = std::move(body);
  const auto doc = readBody(request.body);
  if (!doc) return std::unexpected(doc.error());
  const auto root = doc->root();
  const auto members = membersOf(root);
  if (!members) return std::unexpected(members.error());
  if (const auto read = readMembers(*members, request); !read) return std::unexpected(read.error());
  if (const auto read = readHintsAndHeaders(headers, root, members->metadata, members->user, request); !read) return std::unexpected(read.error());
  return request;
}

}  // namespace signalbox::dialect
