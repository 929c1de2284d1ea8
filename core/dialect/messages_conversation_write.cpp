// SPDX-License-Identifier: Apache-2.0
// A conversation, as a request for messages.
#include <algorithm>
#include <array>
#include <set>

#include "base/strings.h"
#include "dialect/json_object.h"
#include "dialect/messages.h"
#include "dialect/messages_blocks.h"
#include "dialect/request_parts.h"

namespace signalbox::dialect {
namespace {

using Dropped = std::set<std::string>;

constexpr std::int64_t kMaxTokens = 4096;  // the provider wants one; others have their own where none is given

// Messages of one role in a row are one; what tools returned comes first in it.
struct Message {
  bool assistant = false;
  std::vector<std::string> results = {};
  std::vector<std::string> blocks = {};
};

Message& messageOf(std::vector<Message>& messages, bool assistant) {
  if (messages.empty() || messages.back().assistant != assistant) messages.push_back({.assistant = assistant});
  return messages.back();
}

Result<void> writeParts(const std::vector<Part>& parts, Dropped& dropped, std::vector<std::string>& blocks) {
  for (const auto& part : parts) {
    auto block = writePart(part, dropped);
    if (!block) return std::unexpected(std::move(block.error()));
    if (!block->empty()) blocks.push_back(std::move(*block));
  }
  return {};
}

// An answer that the model is to continue must not end in white space.
Turn trimmedAtEnd(Turn turn) {
  while (turn.calls.empty() && !turn.parts.empty() && turn.parts.back().kind == Part::Kind::Text) {
    std::string& text = turn.parts.back().text;
    text.erase(text.find_last_not_of(" \t\r\n") + 1);
    if (!text.empty()) break;
    turn.parts.pop_back();
  }
  return turn;
}

Result<void> writeTurn(const Turn& turn, Dropped& dropped, std::vector<Message>& messages, std::vector<std::string>& system) {
  if (!turn.name.empty()) dropped.insert("name");
  switch (turn.role) {
    case Turn::Role::System:
    case Turn::Role::Developer: return writeParts(turn.parts, dropped, system);
    case Turn::Role::User: return writeParts(turn.parts, dropped, messageOf(messages, false).blocks);
    case Turn::Role::Tool: {
      auto result = writeResult(turn, dropped);
      if (!result) return std::unexpected(std::move(result.error()));
      messageOf(messages, false).results.push_back(std::move(*result));
      return {};
    }
    case Turn::Role::Assistant: {
      auto& message = messageOf(messages, true);
      if (auto written = writeParts(turn.parts, dropped, message.blocks); !written) return written;
      for (const auto& call : turn.calls) message.blocks.push_back(writeCall(call));
      return {};
    }
  }
  return {};
}

std::string arrayOf(const std::vector<std::string>& first, const std::vector<std::string>& then = {}) {
  JsonArray out;
  for (const auto& block : first) out.raw(block);
  for (const auto& block : then) out.raw(block);
  return out.str();
}

Result<void> writeTurns(const Conversation& in, Dropped& dropped, std::vector<std::string> system, JsonObject& out) {
  std::vector<Message> messages;
  const auto instructs = [](const Turn& turn) { return turn.role == Turn::Role::System || turn.role == Turn::Role::Developer; };
  std::size_t last = in.turns.size();  // one past the last turn that is a message there
  while (last > 0 && instructs(in.turns[last - 1])) --last;
  for (std::size_t i = 0; i < in.turns.size(); ++i) {
    const bool last_words = i + 1 == last && in.turns[i].role == Turn::Role::Assistant;
    if (auto written = writeTurn(last_words ? trimmedAtEnd(in.turns[i]) : in.turns[i], dropped, messages, system); !written) return written;
  }
  std::erase_if(messages, [](const Message& message) { return message.results.empty() && message.blocks.empty(); });
  // The provider wants a question to begin with.
  if (messages.empty()) messages.push_back({.blocks = std::exchange(system, {})});
  if (messages.front().assistant) messages.insert(messages.begin(), {.blocks = {R"({"type":"text","text":"…"})"}});
  if (messages.front().results.empty() && messages.front().blocks.empty()) return notCarried("messages", "there is no text in them to send");
  JsonArray list;
  for (const auto& message : messages) {
    list.raw(JsonObject().text("role", message.assistant ? "assistant" : "user").raw("content", arrayOf(message.results, message.blocks)).str());
  }
  if (!system.empty()) out.raw("system", arrayOf(system));
  out.raw("messages", list.str());
  return {};
}

// Elsewhere a tool without parameters may have any empty schema; here it has to say that they are an object.
std::string inputSchema(const std::string& parameters) {
  const auto schema = JsonDoc::parse(parameters);
  if (!schema || !schema->root().isObject()) return R"({"type":"object","properties":{}})";
  if (given(schema->root()["type"])) return parameters;
  TextEdits edits;
  edits.setMember(schema->root(), "type", "\"object\"");
  return edits.apply(parameters);
}

std::string toolText(const Tool& tool) {
  JsonObject out;
  if (!tool.cache.empty()) out.raw("cache_control", tool.cache);
  out.text("name", tool.name);
  if (!tool.description.empty()) out.text("description", tool.description);
  return out.raw("input_schema", inputSchema(tool.parameters)).str();
}

// Earlier calls may only be told of where their tools are.
std::vector<Tool> toolsOfThePast(const Conversation& in) {
  std::vector<Tool> tools;
  std::set<std::string> names;
  for (const auto& turn : in.turns) {
    for (const auto& call : turn.calls) {
      if (names.insert(call.name).second) tools.push_back({.name = call.name});
    }
  }
  return tools;
}

// Whether a call is forced.
bool writeTools(const Conversation& in, Dropped& dropped, JsonObject& out) {
  using Kind = ToolChoice::Kind;
  std::vector<Tool> tools = in.tools;
  ToolChoice choice = in.tool_choice;
  if (tools.empty()) {
    tools = toolsOfThePast(in);
    choice = tools.empty() ? ToolChoice{} : ToolChoice{Kind::None, {}};
  }
  bool once = !in.parallel_tool_calls.value_or(true);
  bool says_how_often = in.parallel_tool_calls.has_value();
  if (const auto answer = answerTool(in); !answer.empty()) {
    const bool alone = in.tools.empty() || choice.kind == Kind::None;
    if (alone) once = says_how_often = true;  // two answers in a row would be no JSON
    tools.push_back({.name = answer, .description = in.format.description.empty() ? "Gives the answer." : in.format.description, .parameters = in.format.schema});
    choice = alone ? ToolChoice{Kind::Named, answer} : ToolChoice{Kind::Required, {}};
  }
  if (tools.empty()) return false;
  JsonArray list;
  for (const auto& tool : tools) {
    if (tool.strict.value_or(false)) dropped.insert("tools.strict");
    list.raw(toolText(tool));
  }
  out.raw("tools", list.str());
  if (choice.kind == Kind::Unset && !says_how_often) return false;
  JsonObject chosen;
  const auto word = choice.kind == Kind::None ? "none" : choice.kind == Kind::Required ? "any" : choice.kind == Kind::Named ? "tool" : "auto";
  chosen.text("type", word);
  if (choice.kind == Kind::Named) chosen.text("name", choice.name);
  if (says_how_often && choice.kind != Kind::None) chosen.boolean("disable_parallel_tool_use", once);
  out.raw("tool_choice", chosen.str());
  return choice.kind == Kind::Required || choice.kind == Kind::Named;
}

// How many tokens the client lets the model think, in the provider's own words; 0: it does not say.
std::int64_t thinkingBudget(const Conversation& in) {
  const auto thinking = std::ranges::find(in.rest, "thinking", &std::pair<std::string, std::string>::first);
  if (thinking == in.rest.end()) return 0;
  const auto read = JsonDoc::parse(thinking->second);
  return read ? std::clamp<std::int64_t>(read->root()["budget_tokens"].integer().value_or(0), 0, 1 << 20) : 0;
}

void writeSampling(const Conversation& in, Dropped& dropped, JsonObject& out) {
  // Thoughts are part of what is counted, and the answer comes after them.
  out.number("max_tokens", in.max_tokens.value_or(kMaxTokens + thinkingBudget(in)));
  if (in.temperature) out.raw("temperature", shortest(std::clamp(*in.temperature, 0.0, 1.0)));
  if (in.temperature.value_or(0) > 1) dropped.insert("temperature above 1");
  // The provider's newer models refuse the two together; 1 says nothing.
  if (in.top_p && !in.temperature) out.raw("top_p", shortest(*in.top_p));
  if (in.top_p && in.temperature && *in.top_p < 1) dropped.insert("top_p");
  if (in.top_k) out.number("top_k", *in.top_k);
  JsonArray stop;
  for (const auto& word : in.stop) {
    if (trim(word).empty()) dropped.insert("stop");  // the provider refuses white space alone
    else stop.text(word);
  }
  if (!stop.empty()) out.raw("stop_sequences", stop.str());
  if (!in.user.empty()) out.raw("metadata", JsonObject().text("user_id", in.user).str());
  if (in.seed) dropped.insert("seed");
  if (!in.reasoning_effort.empty()) dropped.insert("reasoning_effort");
}

// What a client says beside the words of its own dialect, meant for a provider that knows it.
constexpr std::array<std::string_view, 4> kKnown{"thinking", "context_management", "output_config", "inference_geo"};
// What changes what is answered.
constexpr std::array<std::string_view, 2> kRefused{"audio", "web_search_options"};

Result<void> writeRest(const Conversation& in, bool forced, Dropped& dropped, JsonObject& out) {
  for (const auto& [name, value] : in.rest) {
    if (std::find(kRefused.begin(), kRefused.end(), name) != kRefused.end() || (name == "modalities" && value.find("\"audio\"") != std::string::npos)) {
      return notCarried(name, "Anthropic's messages have no word for it");
    }
    const bool refused = forced && name == "thinking" && value.find("disabled") == std::string::npos;  // where a call is forced
    if (!refused && std::find(kKnown.begin(), kKnown.end(), name) != kKnown.end()) out.named(name, value);
    else dropped.insert(name);
  }
  return {};
}

Result<void> checkFormat(const Conversation& in) {
  if (in.format.kind != AnswerFormat::Kind::JsonSchema) return {};
  const auto schema = JsonDoc::parse(in.format.schema);
  if (schema && schema->root()["type"].stringOr("object") == "object") return {};
  return notCarried("response_format", "Anthropic's messages only have answers that are objects");
}

}  // namespace

std::string answerTool(const Conversation& in) {
  using Kind = ToolChoice::Kind;
  if (in.format.kind != AnswerFormat::Kind::JsonSchema) return {};
  // Where a call is asked for, there is no answer that could have a shape.
  if (!in.tools.empty() && (in.tool_choice.kind == Kind::Required || in.tool_choice.kind == Kind::Named)) return {};
  std::string name = in.format.name.empty() ? "answer" : plainName(in.format.name);
  while (std::any_of(in.tools.begin(), in.tools.end(), [&](const Tool& tool) { return tool.name == name; })) name += '_';
  return name;
}

Result<WrittenRequest> writeMessages(const Conversation& in, std::string_view model, const Additions&, bool stream) {
  if (in.n > 1) return notCarried("n", "Anthropic gives one answer to a request");
  if (in.logprobs) return notCarried("logprobs", "Anthropic gives no probabilities of tokens");
  if (auto possible = checkFormat(in); !possible) return std::unexpected(std::move(possible.error()));
  Dropped dropped = in.dropped;
  std::vector<std::string> system;
  if (in.format.kind == AnswerFormat::Kind::JsonObject) {
    system.push_back(R"({"type":"text","text":"Answer with one JSON object and nothing else: no other words, no code fence."})");
  }
  JsonObject out;
  out.text("model", model);
  if (auto written = writeTurns(in, dropped, std::move(system), out); !written) return std::unexpected(std::move(written.error()));
  const bool forced = writeTools(in, dropped, out);
  writeSampling(in, dropped, out);
  if (auto written = writeRest(in, forced, dropped, out); !written) return std::unexpected(std::move(written.error()));
  if (stream) out.boolean("stream", true);
  WrittenRequest request{.body = out.str(), .dropped = {dropped.begin(), dropped.end()}};
  return request;
}

}  // namespace signalbox::dialect
