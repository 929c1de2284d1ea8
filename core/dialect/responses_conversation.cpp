// SPDX-License-Identifier: Apache-2.0
// A Responses request, as a conversation.
#include <algorithm>
#include <array>
#include <unordered_set>

#include "dialect/chat_hub.h"
#include "dialect/hints.h"
#include "dialect/request_parts.h"
#include "dialect/responses_hub.h"

namespace signalbox::dialect {
namespace {

// What only a provider can do that keeps responses.
Result<void> refuseKept(JsonDoc::Node root) {
  const std::string kept = " is kept here; send the items of the conversation as 'input'";
  if (given(root["previous_response_id"])) return notCarried("previous_response_id", "no earlier response" + kept);
  if (given(root["conversation"])) return notCarried("conversation", "no conversation" + kept);
  if (given(root["prompt"])) return notCarried("prompt", "no prompt template" + kept);
  if (root["background"].boolean().value_or(false)) return notCarried("background", "a response cannot be made in the background; leave it out and stream instead");
  return {};
}

Result<void> readTools(JsonDoc::Node list, std::vector<Tool>& tools, std::set<std::string>& dropped) {
  if (!list.isArray()) return {};
  for (auto node = list.first(); node; node = node.next()) {
    const auto type = node["type"].stringOr("");
    if (type != "function") {
      return notCarried("tools[" + std::to_string(tools.size()) + "]", "a tool of type \"" + type + "\" is run by one provider only; tools of type \"function\" work everywhere");
    }
    Tool tool{.name = node["name"].stringOr(""), .description = node["description"].stringOr(""), .strict = node["strict"].boolean()};
    if (node["parameters"].isObject()) tool.parameters = node["parameters"].raw();
    tools.push_back(std::move(tool));
    nameOthers(node, {"type", "name", "description", "parameters", "strict"}, "tools.", dropped);
  }
  return {};
}

ToolChoice::Kind choiceKind(std::string_view word) {
  if (word == "auto") return ToolChoice::Kind::Auto;
  if (word == "none") return ToolChoice::Kind::None;
  return word == "required" ? ToolChoice::Kind::Required : ToolChoice::Kind::Unset;
}

// A choice among some of the tools is a choice among all where there are no others.
Result<void> keepAllowed(JsonDoc::Node allowed, std::vector<Tool>& tools) {
  if (!allowed.isArray()) return {};
  std::unordered_set<std::string> names;
  std::size_t index = 0;
  for (auto each = allowed.first(); each; each = each.next(), ++index) {
    if (!each.isObject()) return wrongType("tool_choice.tools[" + std::to_string(index) + "]", "an object", each);
    names.insert(each["name"].stringOr(""));
  }
  std::erase_if(tools, [&](const Tool& tool) { return !names.contains(tool.name); });
  return {};
}

Result<void> readToolChoice(JsonDoc::Node choice, Conversation& into) {
  if (auto word = choice.string()) {
    into.tool_choice.kind = choiceKind(*word);
    return {};
  }
  if (!choice.isObject()) return {};
  const auto type = choice["type"].stringOr("");
  if (type == "function") {
    into.tool_choice = {ToolChoice::Kind::Named, choice["name"].stringOr("")};
  } else if (type == "allowed_tools") {
    into.tool_choice.kind = choiceKind(choice["mode"].stringOr("auto"));
    return keepAllowed(choice["tools"], into.tools);
  } else {
    return notCarried("tool_choice", "a choice of type \"" + type + "\" names a tool that one provider runs");
  }
  return {};
}

Result<void> readFormat(JsonDoc::Node format, AnswerFormat& into) {
  if (!format.isObject()) return {};
  const auto type = format["type"].stringOr("");
  if (type == "text") {
    into.kind = AnswerFormat::Kind::Text;
  } else if (type == "json_object") {
    into.kind = AnswerFormat::Kind::JsonObject;
  } else if (type == "json_schema") {
    into = {AnswerFormat::Kind::JsonSchema, format["name"].stringOr(""), format["description"].stringOr(""), {}, format["strict"].boolean()};
    if (format["schema"]) into.schema = format["schema"].raw();
  } else {
    return notCarried("text.format", "a format of type \"" + type + "\" cannot be asked of other APIs");
  }
  return {};
}

// Members that mean the same in the other dialects, or that nobody here knows.
void readRest(JsonDoc::Node root, Conversation& into) {
  static constexpr std::array<std::string_view, 23> kRead{
      "background", "conversation", "include", "input", "instructions", "max_output_tokens", "max_tool_calls", "metadata", "model", "parallel_tool_calls",
      "previous_response_id", "prompt", "reasoning", "store", "stream", "stream_options", "temperature", "text", "tool_choice", "tools", "top_logprobs", "top_p", "truncation"};
  if (const auto verbosity = root["text"]["verbosity"]; verbosity.isString()) into.rest.emplace_back("verbosity", std::string(verbosity.raw()));
  for (auto member = root.first(); member; member = member.next()) {
    const auto name = member.key();
    if (member.isNull() || name == "user" || std::ranges::find(kRead, name) != kRead.end()) continue;
    into.rest.emplace_back(name, std::string(member.raw()));
  }
}

// What has no effect here although the client may count on it.
void nameWhatIsDropped(JsonDoc::Node root, Conversation& into) {
  if (const auto list = root["include"]; list.isArray()) {
    for (auto word = list.first(); word; word = word.next()) {
      if (const auto text = word.stringOr(""); text != kIncludeLogprobs && text != kIncludeReasoning) into.dropped.insert("include." + text);
    }
  }
  if (given(root["max_tool_calls"])) into.dropped.insert("max_tool_calls");
  nameOthers(root["reasoning"], {"effort"}, "reasoning.", into.dropped);
  if (root["store"].boolean().value_or(false)) into.dropped.insert("store");
  if (const auto metadata = root["metadata"]; saysMoreThanHints(metadata)) into.dropped.insert("metadata");  // refused by who keeps nothing
  nameOthers(root["text"], {"format", "verbosity"}, "text.", into.dropped);
  if (root["truncation"].stringOr("disabled") != "disabled") into.dropped.insert("truncation");
}

std::string_view wordOfResponses(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kWords{{{"messages.content", "input"},
                                                                                        {"response_format", "text.format"},
                                                                                        {"reasoning_effort", "reasoning.effort"},
                                                                                        {"verbosity", "text.verbosity"},
                                                                                        {"logprobs", "include"},
                                                                                        {"max_tokens", "max_output_tokens"}}};
  const auto known = std::ranges::find(kWords, name, &std::pair<std::string_view, std::string_view>::first);
  return known == kWords.end() ? name : known->second;
}

}  // namespace

Result<Conversation> conversationOfResponses(std::string_view body) {
  const auto doc = readBody(body);
  if (!doc) return std::unexpected(doc.error());
  const auto root = doc->root();
  if (const auto kept = refuseKept(root); !kept) return std::unexpected(kept.error());
  Conversation read;
  if (auto text = root["instructions"].string()) read.turns.push_back({.role = Turn::Role::System, .parts = {{.text = std::move(*text)}}});
  if (const auto items = readItems(root["input"], read.turns, read.dropped); !items) return std::unexpected(items.error());
  if (const auto tools = readTools(root["tools"], read.tools, read.dropped); !tools) return std::unexpected(tools.error());
  if (const auto choice = readToolChoice(root["tool_choice"], read); !choice) return std::unexpected(choice.error());
  if (const auto format = readFormat(root["text"]["format"], read.format); !format) return std::unexpected(format.error());
  read.parallel_tool_calls = root["parallel_tool_calls"].boolean();
  if (read.tools.empty()) {  // providers refuse to hear of choices where there is nothing to choose
    read.tool_choice = {};
    read.parallel_tool_calls.reset();
  }
  read.max_tokens = wholeNumber(root["max_output_tokens"]);
  read.temperature = root["temperature"].number();
  read.top_p = root["top_p"].number();
  read.user = root["user"].stringOr("");
  read.reasoning_effort = root["reasoning"]["effort"].stringOr("");
  read.logprobs = includes(root, kIncludeLogprobs);
  if (const auto top = wholeNumber(root["top_logprobs"]); top && read.logprobs) read.top_logprobs = static_cast<int>(*top);
  readRest(root, read);
  nameWhatIsDropped(root, read);
  return read;
}

const ClientSide& responsesClient() {
  static constexpr ClientSide kSide{&conversationOfResponses, &responsesReplyWriter, &wordOfResponses};
  return kSide;
}

}  // namespace signalbox::dialect
