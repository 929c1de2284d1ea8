// SPDX-License-Identifier: Apache-2.0
#include "dialect/chat_fields.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace signalbox::dialect {
namespace {

using Kind = JsonDoc::Kind;

enum Types : std::uint8_t { kBool = 1, kInteger = 2, kNumber = 4, kString = 8, kArray = 16, kObject = 32 };

struct Field {
  std::string_view name;
  std::uint8_t types;
};

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

std::string_view kindName(Kind kind) {
  switch (kind) {
    case Kind::Null: return "null";
    case Kind::False:
    case Kind::True: return "a boolean";
    case Kind::Number: return "a number";
    case Kind::String: return "a string";
    case Kind::Array: return "an array";
    case Kind::Object: return "an object";
  }
  return "something else";
}

bool isWhole(JsonDoc::Node node) {
  const auto value = node.number();
  return value && std::isfinite(*value) && std::trunc(*value) == *value;
}

bool allows(std::uint8_t types, JsonDoc::Node node) {
  switch (node.kind()) {
    case Kind::Null: return true;
    case Kind::False:
    case Kind::True: return types & kBool;
    case Kind::Number: return (types & kNumber) || ((types & kInteger) && isWhole(node));
    case Kind::String: return types & kString;
    case Kind::Array: return types & kArray;
    case Kind::Object: return types & kObject;
  }
  return false;
}

std::string wanted(std::uint8_t types) {
  constexpr std::array<std::pair<std::uint8_t, std::string_view>, 6> kNames{{{kBool, "a boolean"},
                                                                             {kInteger, "an integer"},
                                                                             {kNumber, "a number"},
                                                                             {kString, "a string"},
                                                                             {kArray, "an array"},
                                                                             {kObject, "an object"}}};
  std::string text;
  for (const auto& [type, name] : kNames) {
    if (!(types & type)) continue;
    if (!text.empty()) text += " or ";
    text += name;
  }
  return text;
}

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

std::unexpected<Error> wrongType(std::string param, std::string_view wanted, JsonDoc::Node found) {
  auto message = "'" + param + "' must be " + std::string(wanted);
  message += found ? ", not " + std::string(kindName(found.kind())) : ", and is missing";
  return fail(ErrorCode::InvalidRequest, std::move(message), std::move(param));
}

Result<void> checkField(std::string_view name, JsonDoc::Node member) {
  const auto* field = std::find_if(kFields.begin(), kFields.end(), [&](const Field& f) { return f.name == name; });
  if (field == kFields.end() || allows(field->types, member)) return {};
  return wrongType(std::string(name), wanted(field->types), member);
}

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
