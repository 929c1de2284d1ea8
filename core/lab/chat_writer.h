// SPDX-License-Identifier: Apache-2.0
// The far side of the chat completions API: writes what a provider would send. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lab/fault_script.h"
#include "lab/simulated_answer.h"

namespace signalbox::lab {

// What the answer has to look like beside its text.
struct ChatShape {
  std::string id;
  std::int64_t created = 0;  // seconds
  std::string model;
  bool logprobs = false;
  int top_logprobs = 0;
  bool usage = true;         // of a whole answer always but for a fault; of a stream when asked for
  std::string tool;          // not empty: answer with a call of this tool instead of text
  std::optional<std::int64_t> max_tokens;
  UsageLie usage_lie = UsageLie::None;
  bool thinks = false;       // says first what it thinks; of Anthropic's messages only
  bool legacy = false;       // a completion, and no chat
};

// Where max_tokens ends an answer, and in OpenAI's words why it ends.
struct AnswerCut {
  std::size_t tokens = 0;
  std::int64_t output_tokens = 0;
  std::string_view finish;
};
[[nodiscard]] AnswerCut cutAnswer(const SimulatedAnswer& answer, const ChatShape& shape);

// A chat.completion.
[[nodiscard]] std::string chatCompletion(const SimulatedAnswer& answer, const ChatShape& shape);

// The events of a stream, each complete with its blank line: role, one per token, finish, usage where asked, [DONE].
struct ChatStream {
  std::string opening;
  std::vector<std::string> tokens;
  std::string closing;        // finish_reason, and usage where asked
  std::string done;           // data: [DONE]
};
[[nodiscard]] ChatStream chatStream(const SimulatedAnswer& answer, const ChatShape& shape);

// What chats and completions have in common: the members before the choices, the usage as a member, and what might have stood in a
// token's place. Most likely first, as providers list them; a chosen token that is not among the first few is left out there too.
[[nodiscard]] std::string answerHead(const ChatShape& shape, std::string_view object);
void appendUsage(std::string& out, const SimulatedAnswer& answer, std::int64_t output_tokens, UsageLie lie);
[[nodiscard]] std::vector<std::pair<std::string_view, double>> tokenAlternatives(const SimulatedAnswer& answer, std::size_t at, double p);

[[nodiscard]] std::string chatError(std::string_view message, std::string_view type, std::string_view code);

}  // namespace signalbox::lab
