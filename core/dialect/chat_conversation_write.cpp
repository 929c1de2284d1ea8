// SPDX-License-Identifier: Apache-2.0
// A conversation, as a request for chat completions.
#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "base/strings.h"
#include "dialect/chat_hub.h"
#include "dialect/inline_data.h"
#include "dialect/json_object.h"

namespace signalbox::dialect {
namespace {

using Dropped = std::set<std::string>;

std::string_view roleName(Turn::Role role) {
  switch (role) {
    case Turn::Role::System:
    case Turn::Role::Developer: return "system";  // the newer word for it is not known everywhere, the older one is
    case Turn::Role::User: return "user";
    case Turn::Role::Assistant: return "assistant";
    case Turn::Role::Tool: return "tool";
  }
  return "user";
}

bool isWords(const Part& part) { return part.kind == Part::Kind::Text || part.kind == Part::Kind::Refusal; }

Result<std::string> writePart(const Part& part, Dropped& dropped) {
  JsonObject out;
  switch (part.kind) {
    case Part::Kind::Text: out.text("type", "text").text("text", part.text); break;
    case Part::Kind::Refusal: out.text("type", "refusal").text("refusal", part.text); break;
    case Part::Kind::Reasoning: break;
    case Part::Kind::Image: {
      if (!part.file_id.empty()) return fail(ErrorCode::NotCarried, "an image that was uploaded to its provider cannot be shown to another", "messages.content");
      JsonObject image;
      image.text("url", urlOf(part));
      if (!part.detail.empty()) image.text("detail", part.detail);
      out.text("type", "image_url").raw("image_url", image.str());
      break;
    }
    case Part::Kind::File: {
      if (!part.url.empty()) return fail(ErrorCode::NotCarried, "a file by its address has no word in chat completions; send its data", "messages.content");
      JsonObject file;
      if (!part.file_id.empty()) file.text("file_id", part.file_id);
      if (!part.name.empty()) file.text("filename", part.name);
      if (!part.data.empty()) file.text("file_data", urlOf(part));
      out.text("type", "file").raw("file", file.str());
      break;
    }
    case Part::Kind::Audio: {
      JsonObject audio;
      audio.text("data", part.data).text("format", std::string_view(part.media_type).substr(part.media_type.find('/') + 1));
      out.text("type", "input_audio").raw("input_audio", audio.str());
      break;
    }
  }
  if (!part.cache.empty()) dropped.insert("cache_control");
  return out.str();
}

// One text where there is only one: servers exist that know no other content.
Result<std::string> writeContent(const std::vector<Part>& parts, Dropped& dropped) {
  const auto spoken = [](const Part& part) { return part.kind != Part::Kind::Reasoning; };
  const auto count = std::count_if(parts.begin(), parts.end(), spoken);
  if (count == 0) return std::string("null");
  const auto first = std::find_if(parts.begin(), parts.end(), spoken);
  if (count == 1 && first->kind == Part::Kind::Text && first->cache.empty()) return quoteJson(first->text);
  JsonArray out;
  for (const auto& part : parts) {
    if (!spoken(part)) continue;
    const auto written = writePart(part, dropped);
    if (!written) return written;
    out.raw(*written);
  }
  return out.str();
}

int numberBehind(std::string_view text, std::string_view head) {
  int number = 0;
  if (const auto at = text.find(head); at != std::string_view::npos) std::from_chars(text.data() + at + head.size(), text.data() + text.size(), number);
  return number;
}

// Few servers take back what their model thought, and some refuse it. These refuse a call to tools without it.
bool wantsThoughtsOfCalls(std::string_view model) {
  const std::string name = toLower(model);
  return name.find("deepseek") != std::string::npos || name.find("kimi") != std::string::npos;
}

// Google's newer models refuse a call to tools without their signature, or this word in its place: the call may be another model's.
std::string_view signatureOfCalls(std::string_view model) {
  constexpr int kFirstThatSigns = 3;
  return numberBehind(toLower(model), "gemini-") < kFirstThatSigns ? std::string_view() : R"({"google":{"thought_signature":"skip_thought_signature_validator"}})";
}

std::string writeCalls(const std::vector<ToolCall>& calls, std::string_view model, Dropped& dropped) {
  JsonArray out;
  std::string_view signature = signatureOfCalls(model);
  for (const auto& call : calls) {
    if (!call.cache.empty()) dropped.insert("cache_control");
    JsonObject function;
    function.text("name", call.name).text("arguments", call.arguments);
    JsonObject written;
    written.text("id", call.id).text("type", "function").raw("function", function.str());
    if (!signature.empty()) written.raw("extra_content", std::exchange(signature, {}));  // the first of several carries it for all
    out.raw(written.str());
  }
  return out.str();
}

std::string thoughtsOf(const Turn& turn) {
  std::string thoughts;
  for (const auto& part : turn.parts) {
    if (part.kind == Part::Kind::Reasoning) thoughts += (thoughts.empty() ? "" : "\n") + part.text;
  }
  return thoughts;
}

Result<void> writeAnswerTurn(const Turn& turn, std::string_view model, Dropped& dropped, JsonArray& out) {
  const bool thoughts_back = !turn.calls.empty() && wantsThoughtsOfCalls(model);
  const std::string thoughts = thoughtsOf(turn);
  if (!thoughts_back && std::any_of(turn.parts.begin(), turn.parts.end(), [](const Part& part) { return part.kind == Part::Kind::Reasoning; })) dropped.insert("reasoning");
  const auto content = writeContent(turn.parts, dropped);
  if (!content) return std::unexpected(content.error());
  if (*content == "null" && turn.calls.empty()) return {};  // it only thought: a message without words is refused
  JsonObject message;
  message.raw("role", "\"assistant\"").raw("content", *content);
  if (!turn.name.empty()) message.text("name", turn.name);
  if (thoughts_back) message.text("reasoning_content", thoughts.empty() ? " " : thoughts);  // nothing at all is refused as well
  if (!turn.calls.empty()) message.raw("tool_calls", writeCalls(turn.calls, model, dropped));
  out.raw(message.str());
  return {};
}

// A tool's result is text here; what else it has to show follows as if the user had sent it.
void writeToolTurn(const Turn& turn, Dropped& dropped, JsonArray& out, std::vector<Part>& shown) {
  std::string text;
  for (const auto& part : turn.parts) {
    if (isWords(part)) text += (text.empty() ? "" : "\n") + part.text;
    else shown.push_back(part);
    if (!part.cache.empty()) dropped.insert("cache_control");
  }
  if (!turn.cache.empty()) dropped.insert("cache_control");
  if (turn.failed) text = "Error: " + text;
  out.raw(JsonObject().raw("role", "\"tool\"").text("tool_call_id", turn.call_id).text("content", text).str());
}

Result<std::string> writeTurns(const std::vector<Turn>& turns, std::string_view model, Dropped& dropped) {
  JsonArray out;
  std::vector<Part> shown;  // by tools, until their results have all been told
  const auto showWhatIsLeft = [&]() -> Result<void> {
    if (shown.empty()) return {};
    const auto content = writeContent(std::exchange(shown, {}), dropped);
    if (!content) return std::unexpected(content.error());
    out.raw(JsonObject().raw("role", "\"user\"").raw("content", *content).str());
    return {};
  };
  for (const auto& turn : turns) {
    if (turn.role == Turn::Role::Tool) {
      writeToolTurn(turn, dropped, out, shown);
      continue;
    }
    if (auto written = showWhatIsLeft(); !written) return std::unexpected(written.error());
    if (turn.role == Turn::Role::Assistant) {
      if (auto written = writeAnswerTurn(turn, model, dropped, out); !written) return std::unexpected(written.error());
      continue;
    }
    const auto content = writeContent(turn.parts, dropped);
    if (!content) return content;
    JsonObject message;
    message.text("role", roleName(turn.role)).raw("content", *content == "null" ? "\"\"" : *content);
    if (!turn.name.empty()) message.text("name", turn.name);
    out.raw(message.str());
  }
  if (auto written = showWhatIsLeft(); !written) return std::unexpected(written.error());
  return out.str();
}

void writeTools(const Conversation& in, Dropped& dropped, JsonObject& out) {
  if (!in.tools.empty()) {
    JsonArray tools;
    for (const auto& tool : in.tools) {
      JsonObject function;
      function.text("name", tool.name);
      if (!tool.description.empty()) function.text("description", tool.description);
      if (!tool.parameters.empty()) function.raw("parameters", tool.parameters);
      if (tool.strict) function.boolean("strict", *tool.strict);
      tools.raw(JsonObject().raw("type", "\"function\"").raw("function", function.str()).str());
      if (!tool.cache.empty()) dropped.insert("cache_control");
    }
    out.raw("tools", tools.str());
  }
  using Kind = ToolChoice::Kind;
  if (in.tool_choice.kind == Kind::Auto) out.text("tool_choice", "auto");
  if (in.tool_choice.kind == Kind::None) out.text("tool_choice", "none");
  if (in.tool_choice.kind == Kind::Required) out.text("tool_choice", "required");
  if (in.tool_choice.kind == Kind::Named) {
    out.raw("tool_choice", JsonObject().raw("type", "\"function\"").raw("function", JsonObject().text("name", in.tool_choice.name).str()).str());
  }
  if (in.parallel_tool_calls) out.boolean("parallel_tool_calls", *in.parallel_tool_calls);
}

void writeFormat(const AnswerFormat& format, JsonObject& out) {
  using Kind = AnswerFormat::Kind;
  if (format.kind == Kind::Text) out.raw("response_format", R"({"type":"text"})");
  if (format.kind == Kind::JsonObject) out.raw("response_format", R"({"type":"json_object"})");
  if (format.kind != Kind::JsonSchema) return;
  JsonObject schema;
  schema.text("name", format.name.empty() ? "answer" : format.name);
  if (!format.description.empty()) schema.text("description", format.description);
  if (!format.schema.empty()) schema.raw("schema", format.schema);
  if (format.strict) schema.boolean("strict", *format.strict);
  out.raw("response_format", JsonObject().raw("type", "\"json_schema\"").raw("json_schema", schema.str()).str());
}

// The provider of these models refuses the older name for them; many other servers know no newer one.
std::string_view lengthName(std::string_view model) {
  constexpr int kOlder = 35;  // as one cloud writes 3.5
  const auto numberAtBegin = [&](std::string_view head) { return model.starts_with(head) ? numberBehind(model, head) : 0; };
  const int generation = numberAtBegin("gpt-");
  const bool newer = numberAtBegin("o") > 0 || (generation >= 5 && generation != kOlder) || model == "gpt-chat-latest" || model == "chat-latest";
  return newer ? "max_completion_tokens" : "max_tokens";
}

void writeSampling(const Conversation& in, std::string_view model, Dropped& dropped, JsonObject& out) {
  if (in.max_tokens) out.number(lengthName(model), *in.max_tokens);
  if (in.temperature) out.raw("temperature", shortest(*in.temperature));
  if (in.top_p) out.raw("top_p", shortest(*in.top_p));
  if (in.top_k) dropped.insert("top_k");  // the API has no such member, and its provider refuses what it does not know
  if (in.seed) out.number("seed", *in.seed);
  if (in.n != 1) out.number("n", in.n);
  if (!in.stop.empty()) {
    JsonArray stop;
    for (const auto& word : in.stop) stop.text(word);
    out.raw("stop", stop.str());
  }
  if (!in.user.empty()) out.text("user", in.user);
  if (!in.reasoning_effort.empty()) out.text("reasoning_effort", in.reasoning_effort);
}

void writeEvidence(const Conversation& in, const Additions& add, bool stream, JsonObject& out) {
  const bool logprobs = in.logprobs || add.logprobs;
  if (logprobs) {
    out.boolean("logprobs", true);
    const int added = add.logprobs || add.top_logprobs ? add.top : 0;
    const int top = std::max(added, in.top_logprobs.value_or(0));
    if (top > 0 || in.top_logprobs) out.number("top_logprobs", top);
  }
  if (!stream) return;
  out.boolean("stream", true);
  if (add.usage) out.raw("stream_options", R"({"include_usage":true})");
}

// Members of chats that the conversation says in its own words, or that would ask for an answer which its client could not be told.
// Clients of other dialects may send them all the same, as something nobody knows there; told twice, the last would hold.
bool isToldAlready(const Conversation& in, std::string_view name) {
  using Told = bool (*)(const Conversation&);
  static constexpr Told kAlways = [](const Conversation&) { return true; };
  static constexpr Told kLength = [](const Conversation& c) { return c.max_tokens.has_value(); };
  static constexpr std::array<std::pair<std::string_view, Told>, 21> kOwn{{
      {"model", kAlways},
      {"messages", kAlways},
      {"tools", kAlways},
      {"tool_choice", kAlways},
      {"functions", kAlways},
      {"function_call", kAlways},
      {"n", kAlways},
      {"logprobs", kAlways},
      {"top_logprobs", kAlways},
      {"stream", kAlways},
      {"stream_options", kAlways},
      {"max_tokens", kLength},
      {"max_completion_tokens", kLength},
      {"parallel_tool_calls", [](const Conversation& c) { return c.parallel_tool_calls.has_value(); }},
      {"response_format", [](const Conversation& c) { return c.format.kind != AnswerFormat::Kind::Unset; }},
      {"temperature", [](const Conversation& c) { return c.temperature.has_value(); }},
      {"top_p", [](const Conversation& c) { return c.top_p.has_value(); }},
      {"stop", [](const Conversation& c) { return !c.stop.empty(); }},
      {"seed", [](const Conversation& c) { return c.seed.has_value(); }},
      {"user", [](const Conversation& c) { return !c.user.empty(); }},
      {"reasoning_effort", [](const Conversation& c) { return !c.reasoning_effort.empty(); }},
  }};
  const auto own = std::ranges::find(kOwn, name, &std::pair<std::string_view, Told>::first);
  return own != kOwn.end() && own->second(in);
}

}  // namespace

Result<WrittenRequest> writeChat(const Conversation& in, std::string_view model, const Additions& add, bool stream) {
  Dropped dropped = in.dropped;
  const auto messages = writeTurns(in.turns, model, dropped);
  if (!messages) return std::unexpected(messages.error());
  JsonObject out;
  out.text("model", model).raw("messages", *messages);
  writeTools(in, dropped, out);
  writeFormat(in.format, out);
  writeSampling(in, model, dropped, out);
  writeEvidence(in, add, stream, out);
  for (const auto& [name, value] : in.rest) {
    if (isToldAlready(in, name)) dropped.insert(name);
    else out.named(name, value);
  }
  return WrittenRequest{.body = out.str(), .dropped = {dropped.begin(), dropped.end()}};
}

}  // namespace signalbox::dialect
