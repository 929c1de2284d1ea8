// SPDX-License-Identifier: Apache-2.0
#include "dialect/chat_fields.h"

#include <array>

namespace signalbox::dialect {
namespace {

using namespace field_types;

constexpr std::array<Field, 34> kFields{{
    {"audio", kObject},
    {"frequency_penalty", kNumber},
    {"function_call", kString | kObject},
    {"functions", kArray},
    {"logit_bias", kObject},
    {"logprobs", kBool},
    {"max_completion_tokens", kInteger},
    {"max_tokens", kInteger},
    {"messages", kArray},
    {"metadata", kObject},
    {"modalities", kArray},
    {"model", kString},
    {"n", kInteger},
    {"parallel_tool_calls", kBool},
    {"prediction", kObject},
    {"presence_penalty", kNumber},
    {"prompt_cache_key", kString},
    {"reasoning_effort", kString},
    {"response_format", kObject},
    {"safety_identifier", kString},
    {"seed", kInteger},
    {"service_tier", kString},
    {"stop", kString | kArray},
    {"store", kBool},
    {"stream", kBool},
    {"stream_options", kObject},
    {"temperature", kNumber},
    {"tool_choice", kString | kObject},
    {"tools", kArray},
    {"top_logprobs", kInteger},
    {"top_p", kNumber},
    {"user", kString},
    {"verbosity", kString},
    {"web_search_options", kObject},
}};

Result<void> checkParts(JsonDoc::Node content, const std::string& where) {
  std::size_t index = 0;
  for (auto part = content.first(); part; part = part.next(), ++index) {
    const auto here = where + "[" + std::to_string(index) + "]";
    if (!part.isObject()) return wrongType(here, "an object", part);
    const auto type = part["type"];
    if (!type.isString()) return wrongType(here + ".type", "a string", type);
    if (type.raw() == "\"text\"" && !part["text"].isString()) return wrongType(here + ".text", "a string", part["text"]);
  }
  return {};
}

}  // namespace

Result<void> checkField(std::string_view name, JsonDoc::Node member) { return checkField(kFields, name, member); }

Result<void> checkMessage(JsonDoc::Node message, std::size_t index) {
  const auto where = "messages[" + std::to_string(index) + "]";
  if (!message.isObject()) return wrongType(where, "an object", message);
  const auto role = message["role"];
  if (!role.isString()) return wrongType(where + ".role", "a string", role);
  const auto calls = message["tool_calls"];
  if (calls && !calls.isNull() && !calls.isArray()) return wrongType(where + ".tool_calls", "an array", calls);
  const auto content = message["content"];
  if (content.isString()) return {};
  if (content.isArray()) return checkParts(content, where + ".content");
  // Only an answer that consists of calls may have no content.
  const bool may_be_empty = role.raw() == "\"assistant\"" || role.raw() == "\"function\"";
  if (may_be_empty && (!content || content.isNull())) return {};
  return wrongType(where + ".content", "a string or an array of parts", content);
}

}  // namespace signalbox::dialect
