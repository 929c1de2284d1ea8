// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "base/json_doc.h"
#include "dialect/chat_read.h"
#include "dialect/evidence.h"
#include "dialect/strip.h"

namespace signalbox::dialect {
namespace {

std::string joinedTexts(JsonDoc::Node parts) {
  std::string joined;
  if (!parts.isArray()) return joined;
  for (auto part = parts.first(); part; part = part.next()) joined += part["text"].stringOr("");
  return joined;
}

std::int64_t otherBytes(JsonDoc::Node message) {
  return reasoningBytes(message) + callBytes(message["tool_calls"], message["function_call"]) + static_cast<std::int64_t>(contentThoughts(message["content"]).size());
}

constexpr std::string_view kKind = "a chat completion";

std::unexpected<Error> malformed(std::string_view what) { return malformedAnswer(kKind, what); }

}  // namespace

bool isReadMember(std::string_view name) {
  static constexpr std::array<std::string_view, 7> kRead{"role", "content", "refusal", "reasoning_content", "reasoning", "tool_calls", "function_call"};
  return std::ranges::find(kRead, name) != kRead.end();
}

std::string contentText(JsonDoc::Node content) {
  if (auto text = content.string()) return std::move(*text);
  return joinedTexts(content);
}

std::string contentThoughts(JsonDoc::Node content) {
  std::string thoughts;
  if (!content.isArray()) return thoughts;
  for (auto part = content.first(); part; part = part.next()) {
    if (part["type"].stringOr("") == "thinking") thoughts += part["thinking"].stringOr(joinedTexts(part["thinking"]));
  }
  return thoughts;
}

Result<ChatAnswer> readChatAnswer(std::string_view body) {
  const auto doc = JsonDoc::parse(body, kAnswerLimits);
  if (!doc) return malformed(doc.error().message);
  return readChatAnswer(doc->root());
}

Result<ChatAnswer> readChatAnswer(JsonDoc::Node root) {
  if (const auto checked = checkAnswer(root, kKind); !checked) return std::unexpected(checked.error());
  const auto choices = root["choices"];
  if (!choices.isArray() || choices.size() == 0) return malformed("it has no choices");
  const auto choice = choices.first();
  const auto message = choice["message"];
  if (!message.isObject()) return malformed("its first choice has no message");

  ChatAnswer answer;
  answer.saw_choice = answer.done = true;
  answer.text = contentText(message["content"]);
  answer.other_bytes = otherBytes(message);
  const auto calls = message["tool_calls"];
  answer.has_tool_calls = (calls.isArray() && calls.size() > 0) || message["function_call"].isObject();
  if (answer.text.empty() && message["refusal"].isString()) {
    answer.text = message["refusal"].stringOr("");
    answer.refused = !answer.text.empty();
  }
  answer.finish_reason = choice["finish_reason"].stringOr("");
  answer.model = root["model"].stringOr("");
  answer.usage = readUsage(root["usage"], root["service_tier"]);
  if (appendEvidence(choice["logprobs"], answer.evidence))
    dropEndTokens(answer.evidence, answer.text);
  else
    answer.evidence.clear();
  if (reasoningBytes(message) > 0 || !contentThoughts(message["content"]).empty()) dropThoughts(answer.evidence, answer.text);
  for (auto each = choices.first(); each; each = each.next()) {
    if (const auto finish = each["finish_reason"].stringOr(""); isBrokenOff(finish)) return std::unexpected(brokenOff(finish));
    if (each.begin() != choice.begin()) {
      const auto beside = each["message"];
      answer.other_bytes += static_cast<std::int64_t>(contentText(beside["content"]).size()) + otherBytes(beside);
    }
    const auto logprobs = each["logprobs"];
    if (!logprobs.isObject()) continue;
    answer.logprobs.push_back({static_cast<std::uint32_t>(logprobs.begin()), static_cast<std::uint32_t>(logprobs.end())});
  }
  return answer;
}

std::string writeChatAnswer(std::string_view body, const ChatAnswer& answer, const Additions& add) {
  if ((!add.logprobs && !add.top_logprobs) || answer.logprobs.empty()) return std::string(body);
  TextEdits edits;
  if (add.logprobs) {
    for (const auto& span : answer.logprobs) edits.replace(span.begin, span.end, "null");
    return edits.apply(body);
  }
  const auto doc = JsonDoc::parse(body, kAnswerLimits);
  if (!doc) return std::string(body);
  stripLogprobs(doc->root()["choices"], add, edits);
  return edits.empty() ? std::string(body) : edits.apply(body);
}

}  // namespace signalbox::dialect
