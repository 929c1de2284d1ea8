// SPDX-License-Identifier: Apache-2.0
// A request for messages, as a conversation.
#include <algorithm>
#include <array>

#include "dialect/chat_hub.h"
#include "dialect/hints.h"
#include "dialect/json_object.h"
#include "dialect/messages.h"
#include "dialect/messages_blocks.h"
#include "dialect/request_parts.h"

namespace signalbox::dialect {
namespace {

Result<void> readTurns(JsonDoc::Node root, Conversation& out) {
  if (given(root["system"])) {
    Turn turn{.role = Turn::Role::System};
    if (auto read = readParts(root["system"], turn.parts, out.dropped); !read) return read;
    out.turns.push_back(std::move(turn));
  }
  for (auto message = root["messages"].first(); message; message = message.next()) {
    const auto role = message["role"].stringOr("");
    const auto content = message["content"];
    nameOthers(message, {"role", "content"}, "messages.", out.dropped);
    if (role == "user") {
      if (auto read = readUserTurns(content, out.turns, out.dropped); !read) return read;
    } else if (role == "assistant") {
      auto turn = readAssistantTurn(content, out.dropped);
      if (!turn) return std::unexpected(std::move(turn.error()));
      out.turns.push_back(std::move(*turn));
    } else if (role == "system") {
      Turn turn{.role = Turn::Role::System};
      if (auto read = readParts(content, turn.parts, out.dropped); !read) return read;
      out.turns.push_back(std::move(turn));
    } else {
      return notTranslated("messages.role", "a message of the role \"" + role + "\"");
    }
  }
  return {};
}

Result<void> readTools(JsonDoc::Node root, Conversation& out) {
  const auto tools = root["tools"];
  if (tools.isArray()) {
    for (auto tool = tools.first(); tool; tool = tool.next()) {
      const auto type = tool["type"].stringOr("custom");
      if (type != "custom") return notTranslated("tools", "the tool \"" + type + "\", which runs at its provider or is known to it alone,");
      Tool read{.name = tool["name"].stringOr(""), .description = tool["description"].stringOr(""), .strict = tool["strict"].boolean()};
      if (tool["input_schema"].isObject()) read.parameters = tool["input_schema"].raw();
      read.cache = cacheOf(tool);
      out.tools.push_back(std::move(read));
      nameOthers(tool, {"type", "name", "description", "input_schema", "strict", "cache_control"}, "tools.", out.dropped);
    }
  }
  using Kind = ToolChoice::Kind;
  const auto choice = root["tool_choice"];
  const auto type = choice["type"].stringOr("");
  if (type == "auto") out.tool_choice.kind = Kind::Auto;
  if (type == "any") out.tool_choice.kind = Kind::Required;
  if (type == "none") out.tool_choice.kind = Kind::None;
  if (type == "tool") out.tool_choice = {Kind::Named, choice["name"].stringOr("")};
  if (const auto alone = choice["disable_parallel_tool_use"].boolean()) out.parallel_tool_calls = !*alone;
  return {};
}

void readOutputConfig(JsonDoc::Node config, Conversation& out) {
  if (!config.isObject()) return;
  for (auto member = config.first(); member; member = member.next()) {
    const auto name = member.key();
    if (name == "format" && member["type"].stringOr("") == "json_schema" && member["schema"].isObject()) {
      out.format = {AnswerFormat::Kind::JsonSchema, "answer", {}, std::string(member["schema"].raw()), true};
    } else if (!member.isNull()) {
      out.dropped.insert("output_config." + name);
    }
  }
}

void readMetadata(JsonDoc::Node metadata, Conversation& out) {
  if (!metadata.isObject()) return;
  JsonObject kept;
  for (auto member = metadata.first(); member; member = member.next()) {
    const auto name = member.key();
    if (name == "user_id") out.user = member.stringOr("");
    else if (!isHintName(name)) kept.named(name, member.raw());
  }
  if (!kept.empty()) out.rest.emplace_back("metadata", kept.str());
}

// Members that the hub has words for, or that concern only the way to the router.
constexpr std::array<std::string_view, 13> kRead{"model", "messages", "system",         "stream",      "tools",         "tool_choice", "max_tokens",
                                                 "top_p", "top_k",    "stop_sequences", "temperature", "output_config", "metadata"};
// What changes only how the provider works.
constexpr std::array<std::string_view, 6> kDropped{"thinking", "service_tier", "cache_control", "context_management", "inference_geo", "speed"};
// What changes what is answered, and what others cannot do.
constexpr std::array<std::string_view, 2> kRefused{"mcp_servers", "container"};

template <std::size_t n>
bool isOneOf(const std::array<std::string_view, n>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Result<void> readRest(JsonDoc::Node root, Conversation& out) {
  for (auto member = root.first(); member; member = member.next()) {
    auto name = member.key();
    if (member.isNull() || isOneOf(kRead, name)) continue;
    if (isOneOf(kRefused, name)) return notTranslated(name, "what it asks for");
    if (isOneOf(kDropped, name)) out.dropped.insert(std::move(name));
    else out.rest.emplace_back(std::move(name), member.raw());
  }
  return {};
}

}  // namespace

Result<Conversation> conversationOfMessages(std::string_view body) {
  const auto doc = JsonDoc::parse(body);
  if (!doc) return std::unexpected(doc.error());
  const auto root = doc->root();
  Conversation out;
  if (auto read = readTurns(root, out); !read) return std::unexpected(std::move(read.error()));
  if (auto read = readTools(root, out); !read) return std::unexpected(std::move(read.error()));
  readOutputConfig(root["output_config"], out);
  readMetadata(root["metadata"], out);
  out.max_tokens = wholeNumber(root["max_tokens"]);
  out.temperature = root["temperature"].number();
  out.top_p = root["top_p"].number();
  out.top_k = wholeNumber(root["top_k"]);
  readStop(root["stop_sequences"], out.stop);
  if (auto read = readRest(root, out); !read) return std::unexpected(std::move(read.error()));
  return out;
}

}  // namespace signalbox::dialect
