// SPDX-License-Identifier: Apache-2.0
#include "dialect/messages_fields.h"

#include <array>

#include "dialect/field_types.h"
#include "dialect/request_parts.h"

namespace signalbox::dialect {
namespace {

using namespace field_types;

constexpr std::array<Field, 20> kFields{{
    {"cache_control", kObject},
    {"container", kString | kObject},
    {"context_management", kObject},
    {"inference_geo", kString},
    {"max_tokens", kInteger},
    {"mcp_servers", kArray},
    {"messages", kArray},
    {"metadata", kObject},
    {"model", kString},
    {"output_config", kObject},
    {"service_tier", kString},
    {"stop_sequences", kArray},
    {"stream", kBool},
    {"system", kString | kArray},
    {"temperature", kNumber},
    {"thinking", kObject},
    {"tool_choice", kObject},
    {"tools", kArray},
    {"top_k", kInteger},
    {"top_p", kNumber},
}};

// What a block of a type cannot do without.
struct Needed {
  std::string_view type;
  Field member;
};
constexpr std::array<Needed, 8> kNeeded{{
    {"text", {"text", kString}},
    {"image", {"source", kObject}},
    {"document", {"source", kObject}},
    {"tool_use", {"id", kString}},
    {"tool_use", {"name", kString}},
    {"tool_use", {"input", kObject}},
    {"tool_result", {"tool_use_id", kString}},
    {"thinking", {"thinking", kString}},
}};

Result<void> checkBlock(JsonDoc::Node block, const std::string& where) {
  if (!block.isObject()) return wrongType(where, "an object", block);
  const auto type = block["type"];
  if (!type.isString()) return wrongType(where + ".type", "a string", type);
  const std::string named = *type.string();
  for (const auto& needed : kNeeded) {
    if (needed.type != named) continue;
    const auto member = block[needed.member.name];
    if (!given(member)) return wrongType(where + "." + std::string(needed.member.name), needed.member.types == kObject ? "an object" : "a string", member);
    if (auto typed = checkField({&needed.member, 1}, needed.member.name, member, where + "."); !typed) return typed;
  }
  if (named != "tool_result") return {};
  const auto content = block["content"];
  if (!given(content) || content.isString()) return {};
  if (!content.isArray()) return wrongType(where + ".content", "a string or an array of blocks", content);
  return checkBlocks(content, where + ".content");
}

}  // namespace

Result<void> checkMessagesField(std::string_view name, JsonDoc::Node member) { return checkField(kFields, name, member); }

Result<void> checkBlocks(JsonDoc::Node blocks, const std::string& where) {
  std::size_t index = 0;
  for (auto block = blocks.first(); block; block = block.next(), ++index) {
    if (auto shape = checkBlock(block, where + "[" + std::to_string(index) + "]"); !shape) return shape;
  }
  return {};
}

Result<void> checkMessagesMessage(JsonDoc::Node message, std::size_t index) {
  const auto where = "messages[" + std::to_string(index) + "]";
  if (!message.isObject()) return wrongType(where, "an object", message);
  const auto role = message["role"];
  if (!role.isString()) return wrongType(where + ".role", "a string", role);
  const auto content = message["content"];
  if (content.isString()) return {};
  if (!content.isArray()) return wrongType(where + ".content", "a string or an array of blocks", content);
  return checkBlocks(content, where + ".content");
}

}  // namespace signalbox::dialect
