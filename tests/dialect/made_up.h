// SPDX-License-Identifier: Apache-2.0
// Conversations and replies made up from a seed, for properties that hold for all of them.
#pragma once
#include <random>
#include <string>

#include "dialect/reply.h"

namespace signalbox::dialect {

class MadeUp {
 public:
  explicit MadeUp(std::uint64_t seed) : random_(seed) {}

  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
  bool maybe() { return below(2) == 0; }
  std::string word() {
    static const std::vector<std::string> kWords{"yes", "a \"quote\"", "line\nfeed", "Zürich", "\\", "雪", "tab\t", "{}", "1", "data: x", "…", " lead"};
    return kWords[static_cast<std::size_t>(below(static_cast<int>(kWords.size())))];
  }
  std::string words() {
    std::string text = word();
    for (int i = below(4); i > 0; --i) text += " " + word();
    return text;
  }
  std::string id(const char* head) { return head + std::to_string(below(1'000'000)); }

  ToolCall call() { return {id("call_"), "tool_" + std::to_string(below(3)), R"({"city":"Zürich","n":)" + std::to_string(below(9)) + "}"}; }
  Part image() {
    if (maybe()) return {.kind = Part::Kind::Image, .url = "https://example.org/" + id("picture-") + ".png"};
    return {.kind = Part::Kind::Image, .media_type = "image/png", .data = "aGVsbG8="};
  }

  // Turns as a client sends them: system first, answers between questions, every call with its result.
  Conversation conversation() {
    Conversation out;
    if (maybe()) out.turns.push_back({.role = Turn::Role::System, .parts = {{.text = words()}}});
    for (int rounds = 1 + below(3); rounds > 0; --rounds) {
      Turn question{.role = Turn::Role::User, .parts = {{.text = words()}}};
      if (maybe()) question.parts.push_back(image());
      if (maybe()) question.parts.push_back({.text = words()});
      out.turns.push_back(std::move(question));
      if (rounds == 1) break;
      Turn answer{.role = Turn::Role::Assistant};
      if (maybe()) answer.parts.push_back({.text = words()});
      for (int calls = answer.parts.empty() ? 1 + below(2) : below(3); calls > 0; --calls) answer.calls.push_back(call());
      const auto made = answer.calls;
      out.turns.push_back(std::move(answer));
      for (const auto& each : made) out.turns.push_back({.role = Turn::Role::Tool, .parts = {{.text = words()}}, .call_id = each.id});
    }
    for (int tools = below(3); tools > 0; --tools) {
      out.tools.push_back({.name = "tool_" + std::to_string(tools), .description = words(), .parameters = R"({"type":"object","properties":{"city":{"type":"string"}}})"});
    }
    if (!out.tools.empty() && maybe()) {
      out.tool_choice.kind = static_cast<ToolChoice::Kind>(below(5));
      if (out.tool_choice.kind == ToolChoice::Kind::Named) out.tool_choice.name = out.tools.front().name;
      if (maybe()) out.parallel_tool_calls = maybe();
    }
    if (maybe()) out.max_tokens = 1 + below(4000);
    if (maybe()) out.temperature = below(100) / 100.0;
    if (maybe()) out.top_p = below(100) / 100.0;
    for (int stops = below(3); stops > 0; --stops) out.stop.push_back(word());
    if (maybe()) out.user = word();
    return out;
  }

  // One choice, with its reasoning, its text or refusal, and its calls.
  std::vector<Piece> pieces() {
    std::vector<Piece> out{{.kind = Piece::Kind::Begin, .id = id("id-"), .name = "model-1", .created = 1'700'000'000 + below(1000)}};
    const auto say = [&](Piece::Kind kind) {
      for (int n = 1 + below(4); n > 0; --n) out.push_back({.kind = kind, .text = word()});
    };
    if (maybe()) say(Piece::Kind::Reasoning);
    if (maybe()) say(Piece::Kind::Text);
    const int calls = out.size() == 1 ? 1 : below(3);
    for (int n = 0; n < calls; ++n) {
      out.push_back({.kind = Piece::Kind::ToolBegin, .index = n, .id = id("call_"), .name = "tool_" + std::to_string(n)});
      for (const char* text : {"{\"city\":", "\"Zürich\"", "}"}) out.push_back({.kind = Piece::Kind::ToolArguments, .index = n, .text = text});
    }
    out.push_back({.kind = Piece::Kind::Finish, .finish = calls > 0 ? Finish::ToolCalls : maybe() ? Finish::Stop : Finish::Length});
    domain::Usage usage;
    usage.input = 10 + below(1000);
    usage.output = 1 + below(1000);
    usage.cached_input = below(10);
    usage.source = domain::UsageSource::Provider;
    out.push_back({.kind = Piece::Kind::Usage, .usage = usage});
    return out;
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace signalbox::dialect
