// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "dialect/field_types.h"
#include "dialect/messages.h"
#include "dialect/messages_fields.h"
#include "dialect/request_parts.h"

namespace signalbox::dialect {
namespace {

void join(std::string& all, std::string text) {
  if (!all.empty() && !text.empty()) all += '\n';
  all += text;
}

// What of a list of blocks is text to be read: documents and search results too, thoughts not.
std::string textOf(JsonDoc::Node content) {
  if (auto text = content.string()) return std::move(*text);
  std::string all;
  if (!content.isArray()) return all;
  for (auto block = content.first(); block; block = block.next()) {
    const auto type = block["type"].stringOr("");
    if (type == "text") join(all, block["text"].stringOr(""));
    if (type == "search_result") join(all, textOf(block["content"]));
    if (type != "document") continue;
    const auto source = block["source"];
    const auto kind = source["type"].stringOr("");
    if (kind == "text") join(all, source["data"].stringOr(""));
    if (kind == "content") join(all, textOf(source["content"]));
  }
  return all;
}

// Results of tools come in the user's messages, and are no words of the user.
void addMessage(JsonDoc::Node message, domain::Request& request) {
  const auto role = message["role"].stringOr("");
  const auto content = message["content"];
  bool words = !content.isArray() || content.size() == 0;
  if (content.isArray()) {
    for (auto block = content.first(); block; block = block.next()) {
      if (block["type"].stringOr("") == "tool_result")
        request.messages.push_back({"tool", textOf(block["content"])});
      else
        words = true;
    }
  }
  if (words) request.messages.push_back({role, textOf(content)});
}

struct Members {
  JsonDoc::Node model, messages, system, metadata, stream, max_tokens, tools, tool_choice, output_config;
};

Result<Members> membersOf(JsonDoc::Node root) {
  static constexpr std::pair<std::string_view, JsonDoc::Node Members::*> kWanted[] = {
      {"model", &Members::model},       {"messages", &Members::messages},     {"system", &Members::system},
      {"metadata", &Members::metadata}, {"stream", &Members::stream},         {"max_tokens", &Members::max_tokens},
      {"tools", &Members::tools},       {"tool_choice", &Members::tool_choice}, {"output_config", &Members::output_config}};
  return findMembers(root, kWanted, [](std::string_view name, JsonDoc::Node member) { return checkMessagesField(name, member); });
}

Result<void> readTurns(const Members& in, domain::Request& request) {
  if (in.system.isArray()) {
    if (auto shape = checkBlocks(in.system, "system"); !shape) return shape;
  }
  if (given(in.system)) request.messages.push_back({"system", textOf(in.system)});
  if (!in.messages.isArray()) return wrongType("messages", "an array", in.messages);
  if (in.messages.size() == 0) return fail(ErrorCode::InvalidRequest, "'messages' must hold at least one message", "messages");
  request.messages.reserve(request.messages.size() + in.messages.size());
  std::size_t index = 0;
  for (auto message = in.messages.first(); message; message = message.next(), ++index) {
    if (auto shape = checkMessagesMessage(message, index); !shape) return shape;
    addMessage(message, request);
  }
  return {};
}

Result<void> readMembers(const Members& in, domain::Request& request) {
  if (auto read = readModel(in.model, request); !read) return read;
  if (auto read = readTurns(in, request); !read) return read;
  if (given(in.max_tokens)) {
    const double most = in.max_tokens.number().value_or(0);
    if (most < 1) return fail(ErrorCode::InvalidRequest, "'max_tokens' must be at least 1", "max_tokens");
    request.max_tokens = static_cast<std::int64_t>(std::min(most, 9e15));
  }
  const auto choice = in.tool_choice["type"].stringOr("");
  request.structured = choice == "any" || choice == "tool" || given(in.output_config["format"]);
  request.stream = in.stream.boolean().value_or(false);
  request.has_tools = given(in.tools) && in.tools.size() > 0;
  if (in.stream) request.spans.stream = spanOf(in.stream);
  return {};
}

Result<domain::Request> read(std::string body, const http::Headers& headers, bool needs_max_tokens) {
  domain::Request request;
  request.dialect = domain::Dialect::AnthropicMessages;
  request.body = std::move(body);
  const auto doc = readBody(request.body);
  if (!doc) return std::unexpected(doc.error());
  const auto root = doc->root();
  const auto members = membersOf(root);
  if (!members) return std::unexpected(members.error());
  if (const auto done = readMembers(*members, request); !done) return std::unexpected(done.error());
  if (needs_max_tokens && !request.max_tokens) return wrongType("max_tokens", "an integer", members->max_tokens);
  const auto user = members->metadata["user_id"];
  if (const auto done = readHintsAndHeaders(headers, root, members->metadata, user, request); !done) return std::unexpected(done.error());
  return request;
}

}  // namespace

Result<domain::Request> readMessagesRequest(std::string body, const http::Headers& headers) { return read(std::move(body), headers, true); }

Result<domain::Request> readCountRequest(std::string body, const http::Headers& headers) { return read(std::move(body), headers, false); }

}  // namespace signalbox::dialect
