// SPDX-License-Identifier: Apache-2.0
// A chat completion's request, as a conversation.
#include <algorithm>
#include <array>
#include <map>

#include "base/json_doc.h"
#include "dialect/chat_hub.h"
#include "dialect/hints.h"
#include "dialect/inline_data.h"
#include "dialect/json_object.h"
#include "dialect/request_parts.h"

namespace signalbox::dialect {
namespace {

using Dropped = std::set<std::string>;

Result<Part> readPart(JsonDoc::Node node, Dropped& dropped) {
  const auto type = node["type"].stringOr("");
  Part part;
  part.cache = cacheOf(node);  // not of OpenAI's, but what clients of its API say to providers that know it
  nameOthers(node, {"type", "text", "refusal", "image_url", "file", "input_audio", "cache_control"}, "messages.content.", dropped);
  if (type == "text") {
    part.text = node["text"].stringOr("");
  } else if (type == "refusal") {
    part.kind = Part::Kind::Refusal;
    part.text = node["refusal"].stringOr("");
  } else if (type == "image_url") {
    part.kind = Part::Kind::Image;
    const auto image = node["image_url"];
    readUrl(image.isString() ? image.stringOr("") : image["url"].stringOr(""), part);
    part.detail = image["detail"].stringOr("");
    nameOthers(image, {"url", "detail"}, "messages.content.image_url.", dropped);
  } else if (type == "file") {
    part.kind = Part::Kind::File;
    const auto file = node["file"];
    part.file_id = file["file_id"].stringOr("");
    part.name = file["filename"].stringOr("");
    nameOthers(file, {"file_id", "filename", "file_data"}, "messages.content.file.", dropped);
    const auto data = file["file_data"].stringOr("");
    constexpr std::string_view kPdf = "JVBERi";  // `%PDF`, as base64 has it
    if (data.starts_with(kPdf)) readUrl("data:application/pdf;base64," + data, part);
    else readUrl(data, part);
  } else if (type == "input_audio") {
    part.kind = Part::Kind::Audio;
    part.data = node["input_audio"]["data"].stringOr("");
    part.media_type = "audio/" + node["input_audio"]["format"].stringOr("");
  } else {
    return notTranslated("messages.content", "a part of type \"" + type + "\"");
  }
  return part;
}

Result<void> readContent(JsonDoc::Node content, std::vector<Part>& parts, Dropped& dropped) {
  if (auto text = content.string()) {
    parts.push_back({.text = std::move(*text)});
    return {};
  }
  if (!content.isArray()) return {};
  for (auto node = content.first(); node; node = node.next()) {
    auto part = readPart(node, dropped);
    if (!part) return std::unexpected(std::move(part.error()));
    parts.push_back(std::move(*part));
  }
  return {};
}

ToolCall readCall(std::string id, JsonDoc::Node function, std::string cache) {
  return {std::move(id), function["name"].stringOr(""), argumentsText(function["arguments"]), std::move(cache)};
}

// The older way of calls has no ids: results name the tool, and are of its latest call.
class OlderCalls {
 public:
  std::string call(const std::string& name) { return latest_[name] = "call_" + std::to_string(++count_) + "_" + name; }
  std::string result(const std::string& name) const {
    const auto found = latest_.find(name);
    return found == latest_.end() ? name : found->second;
  }

 private:
  std::map<std::string, std::string> latest_;
  std::size_t count_ = 0;
};

Result<void> readAssistant(JsonDoc::Node message, Turn& turn, OlderCalls& older, Dropped& dropped) {
  for (const std::string_view name : {"reasoning_content", "reasoning"}) {
    auto text = message[name].stringOr("");
    if (text.empty()) continue;
    turn.parts.insert(turn.parts.begin(), {.kind = Part::Kind::Reasoning, .text = std::move(text)});
    break;
  }
  if (auto refusal = message["refusal"].stringOr(""); !refusal.empty()) turn.parts.push_back({.kind = Part::Kind::Refusal, .text = std::move(refusal)});
  if (given(message["audio"])) return notTranslated("messages.audio", "an earlier answer in sound");
  const auto calls = message["tool_calls"];
  if (calls.isArray()) {
    for (auto call = calls.first(); call; call = call.next()) {
      if (call["type"].stringOr("function") != "function") return notTranslated("messages.tool_calls", "a call of a custom tool");
      nameOthers(call, {"id", "type", "index", "function", "cache_control"}, "messages.tool_calls.", dropped);
      turn.calls.push_back(readCall(call["id"].stringOr(""), call["function"], cacheOf(call)));
    }
  }
  if (const auto function = message["function_call"]; function.isObject()) turn.calls.push_back(readCall(older.call(function["name"].stringOr("")), function, {}));
  return {};
}

Result<Turn> readTurn(JsonDoc::Node message, OlderCalls& older, Dropped& dropped) {
  static constexpr std::array<std::pair<std::string_view, Turn::Role>, 6> kRoles{{{"system", Turn::Role::System},
                                                                                  {"developer", Turn::Role::Developer},
                                                                                  {"user", Turn::Role::User},
                                                                                  {"assistant", Turn::Role::Assistant},
                                                                                  {"tool", Turn::Role::Tool},
                                                                                  {"function", Turn::Role::Tool}}};
  const auto role = message["role"].stringOr("");
  const auto known = std::find_if(kRoles.begin(), kRoles.end(), [&](const auto& each) { return each.first == role; });
  if (known == kRoles.end()) return notTranslated("messages.role", "a message of the role \"" + role + "\"");
  Turn turn;
  turn.role = known->second;
  turn.name = message["name"].stringOr("");
  if (auto read = readContent(message["content"], turn.parts, dropped); !read) return std::unexpected(std::move(read.error()));
  // Some clients mark the message and not its last part.
  if (auto cache = cacheOf(message); turn.role == Turn::Role::Tool) turn.cache = std::move(cache);
  else if (!cache.empty() && !turn.parts.empty()) turn.parts.back().cache = std::move(cache);
  if (turn.role == Turn::Role::Tool) turn.call_id = role == "tool" ? message["tool_call_id"].stringOr("") : older.result(std::exchange(turn.name, {}));
  if (turn.role == Turn::Role::Assistant) {
    if (auto read = readAssistant(message, turn, older, dropped); !read) return std::unexpected(std::move(read.error()));
  }
  nameOthers(message, {"role", "name", "content", "tool_call_id", "tool_calls", "function_call", "refusal", "reasoning_content", "reasoning", "audio", "cache_control"},
             "messages.", dropped);
  return turn;
}

Tool readFunction(JsonDoc::Node function, Dropped& dropped) {
  nameOthers(function, {"name", "description", "parameters", "strict"}, "tools.", dropped);
  Tool tool{.name = function["name"].stringOr(""), .description = function["description"].stringOr("")};
  if (const auto parameters = function["parameters"]; parameters.isObject()) tool.parameters = parameters.raw();
  tool.strict = function["strict"].boolean();
  return tool;
}

Result<void> readTools(JsonDoc::Node root, Conversation& out) {
  if (const auto tools = root["tools"]; tools.isArray()) {
    for (auto tool = tools.first(); tool; tool = tool.next()) {
      const auto type = tool["type"].stringOr("function");
      if (type != "function") return notTranslated("tools", "a tool of type \"" + type + "\"");
      out.tools.push_back(readFunction(tool["function"], out.dropped));
      out.tools.back().cache = cacheOf(tool);
      nameOthers(tool, {"type", "function", "cache_control"}, "tools.", out.dropped);
    }
  }
  if (const auto functions = root["functions"]; functions.isArray()) {
    for (auto function = functions.first(); function; function = function.next()) out.tools.push_back(readFunction(function, out.dropped));
  }
  return {};
}

Result<void> readToolChoice(JsonDoc::Node root, Conversation& out) {
  using Kind = ToolChoice::Kind;
  const auto choice = given(root["tool_choice"]) ? root["tool_choice"] : root["function_call"];
  if (const auto word = choice.string()) {
    out.tool_choice.kind = *word == "none" ? Kind::None : *word == "required" ? Kind::Required : Kind::Auto;
  } else if (choice.isObject()) {
    const auto type = choice["type"].stringOr("function");
    if (type != "function") return notTranslated("tool_choice", "a choice of type \"" + type + "\"");
    const auto function = choice["function"].isObject() ? choice["function"] : choice;
    out.tool_choice = {Kind::Named, function["name"].stringOr("")};
  }
  return {};
}

Result<void> readFormat(JsonDoc::Node format, Conversation& out) {
  using Kind = AnswerFormat::Kind;
  const auto type = format["type"].stringOr("");
  if (type == "text") out.format.kind = Kind::Text;
  if (type == "json_object") out.format.kind = Kind::JsonObject;
  if (given(format) && type != "text" && type != "json_object" && type != "json_schema") return notTranslated("response_format", "an answer of type \"" + type + "\"");
  if (type != "json_schema") return {};
  const auto schema = format["json_schema"];
  out.format = {Kind::JsonSchema, schema["name"].stringOr(""), schema["description"].stringOr(""), {}, schema["strict"].boolean()};
  if (schema["schema"].isObject()) out.format.schema = schema["schema"].raw();
  return {};
}

// Members that the hub has words for, or that concern only the way to the router.
constexpr std::array<std::string_view, 22> kRead{"model",       "messages", "stream",      "stream_options",        "tools",           "functions",
                                                 "tool_choice", "n",        "top_p",       "parallel_tool_calls",   "response_format", "max_tokens",
                                                 "temperature", "top_k",    "stop",        "max_completion_tokens", "seed",            "logprobs",
                                                 "user",        "function_call", "top_logprobs", "reasoning_effort"};

void readRest(JsonDoc::Node root, Conversation& out) {
  for (auto member = root.first(); member; member = member.next()) {
    auto name = member.key();
    if (member.isNull() || std::find(kRead.begin(), kRead.end(), name) != kRead.end()) continue;
    if (name != "metadata" || !member.isObject()) {
      out.rest.emplace_back(std::move(name), member.raw());
      continue;
    }
    JsonObject kept;  // what is not meant for the router
    for (auto each = member.first(); each; each = each.next()) {
      if (!isHintName(each.key())) kept.named(each.key(), each.raw());
    }
    if (!kept.empty()) out.rest.emplace_back(std::move(name), kept.str());
  }
}

}  // namespace

Result<Conversation> conversationOfChat(std::string_view body) {
  const auto doc = JsonDoc::parse(body);
  if (!doc) return std::unexpected(doc.error());
  const auto root = doc->root();
  Conversation out;
  OlderCalls older;
  for (auto message = root["messages"].first(); message; message = message.next()) {
    auto turn = readTurn(message, older, out.dropped);
    if (!turn) return std::unexpected(std::move(turn.error()));
    out.turns.push_back(std::move(*turn));
  }
  if (auto read = readTools(root, out); !read) return std::unexpected(std::move(read.error()));
  if (auto read = readToolChoice(root, out); !read) return std::unexpected(std::move(read.error()));
  if (auto read = readFormat(root["response_format"], out); !read) return std::unexpected(std::move(read.error()));
  readStop(root["stop"], out.stop);
  out.parallel_tool_calls = root["parallel_tool_calls"].boolean();
  if (!given(root["tools"]) && !out.tools.empty()) out.parallel_tool_calls = false;  // older answers have place for one call
  out.max_tokens = wholeNumber(given(root["max_completion_tokens"]) ? root["max_completion_tokens"] : root["max_tokens"]);
  out.temperature = root["temperature"].number();
  out.top_p = root["top_p"].number();
  out.top_k = wholeNumber(root["top_k"]);
  out.seed = wholeNumber(root["seed"]);
  out.n = static_cast<int>(wholeNumber(root["n"]).value_or(1));
  out.logprobs = root["logprobs"].boolean().value_or(false);
  if (const auto top = wholeNumber(root["top_logprobs"])) out.top_logprobs = static_cast<int>(*top);
  out.user = root["user"].stringOr("");
  out.reasoning_effort = root["reasoning_effort"].stringOr("");
  readRest(root, out);
  return out;
}

}  // namespace signalbox::dialect
