// SPDX-License-Identifier: Apache-2.0
#include "lab/messages_writer.h"

#include "base/json_doc.h"
#include "domain/error_status.h"

namespace signalbox::lab {
namespace {

constexpr std::string_view kThought = "What is asked here is clear.";
constexpr std::string_view kSignature = "c2ltdWxhdGVk";

std::string_view stopWord(std::string_view finish) { return finish == "length" ? "max_tokens" : finish == "tool_calls" ? "tool_use" : "end_turn"; }

std::string usage(std::int64_t input, std::int64_t output, const ChatShape& shape) {
  constexpr std::int64_t kHuge = 4'000'000'000'000'000'000;
  if (shape.usage_lie == UsageLie::Negative) output = -output;
  if (shape.usage_lie == UsageLie::Huge) input = output = kHuge;
  return "{\"input_tokens\":" + std::to_string(input) + ",\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":" + std::to_string(output) + "}";
}

std::string head(const ChatShape& shape, std::string_view content, std::string_view stop, std::string_view usage_text) {
  std::string out = "{\"id\":\"" + shape.id + "\",\"type\":\"message\",\"role\":\"assistant\",\"model\":" + quoteJson(shape.model) + ",\"content\":";
  out.append(content).append(",\"stop_reason\":").append(stop).append(",\"stop_sequence\":null");
  if (shape.usage) out.append(",\"usage\":").append(usage_text);
  return out + "}";
}

std::string event(std::string_view type, std::string_view members) {
  std::string out = "event: ";
  out.append(type).append("\ndata: {\"type\":\"").append(type).append("\"").append(members);
  return out + "}\n\n";
}

std::string startBlock(int index, std::string_view block) {
  return event("content_block_start", ",\"index\":" + std::to_string(index) + ",\"content_block\":" + std::string(block));
}
std::string stopBlock(int index) { return event("content_block_stop", ",\"index\":" + std::to_string(index)); }
std::string delta(int index, std::string_view type, std::string_view name, std::string_view text) {
  return event("content_block_delta", ",\"index\":" + std::to_string(index) + ",\"delta\":{\"type\":\"" + std::string(type) + "\",\"" + std::string(name) + "\":" + quoteJson(text) + "}");
}

std::string arguments(const SimulatedAnswer& answer) { return "{\"answer\":" + quoteJson(answer.text) + "}"; }

std::string toolBlock(const ChatShape& shape, std::string_view input) {
  return "{\"type\":\"tool_use\",\"id\":\"toolu_" + shape.id + "\",\"name\":" + quoteJson(shape.tool) + ",\"input\":" + std::string(input) + "}";
}

}  // namespace

std::string messagesAnswer(const SimulatedAnswer& answer, const ChatShape& shape) {
  const AnswerCut end = cutAnswer(answer, shape);
  std::string content = "[";
  if (shape.thinks) content += "{\"type\":\"thinking\",\"thinking\":" + quoteJson(kThought) + ",\"signature\":" + quoteJson(kSignature) + "},";
  if (shape.tool.empty()) {
    std::string text;
    for (std::size_t i = 0; i < end.tokens; ++i) text += answer.tokens[i];
    content += "{\"type\":\"text\",\"text\":" + quoteJson(text) + "}]";
  } else {
    content += toolBlock(shape, arguments(answer)) + "]";
  }
  return head(shape, content, quoteJson(stopWord(end.finish)), usage(answer.input_tokens, end.output_tokens, shape));
}

ChatStream messagesStream(const SimulatedAnswer& answer, const ChatShape& shape) {
  const AnswerCut end = cutAnswer(answer, shape);
  ChatStream stream;
  stream.opening = event("message_start", ",\"message\":" + head(shape, "[]", "null", usage(answer.input_tokens, 1, shape)));
  int index = 0;
  if (shape.thinks) {
    stream.opening += startBlock(index, R"({"type":"thinking","thinking":"","signature":""})") + delta(index, "thinking_delta", "thinking", kThought);
    stream.opening += delta(index, "signature_delta", "signature", kSignature) + stopBlock(index);
    ++index;
  }
  stream.opening += startBlock(index, shape.tool.empty() ? R"({"type":"text","text":""})" : toolBlock(shape, "{}")) + event("ping", "");
  for (std::size_t i = 0; i < end.tokens; ++i) stream.tokens.push_back(delta(index, "text_delta", "text", answer.tokens[i]));
  if (!shape.tool.empty()) {
    const std::string all = arguments(answer);
    const std::size_t half = cutTokens(all, 2).front().size();
    stream.tokens.push_back(delta(index, "input_json_delta", "partial_json", std::string_view(all).substr(0, half)));
    stream.tokens.push_back(delta(index, "input_json_delta", "partial_json", std::string_view(all).substr(half)));
  }
  std::string last = ",\"delta\":{\"stop_reason\":" + quoteJson(stopWord(end.finish)) + ",\"stop_sequence\":null}";
  if (shape.usage) last += ",\"usage\":" + usage(answer.input_tokens, end.output_tokens, shape);
  stream.closing = stopBlock(index) + event("message_delta", last);
  stream.done = event("message_stop", "");
  return stream;
}

std::string messagesError(std::string_view message, int status) {
  return "{\"type\":\"error\",\"error\":{\"type\":" + quoteJson(domain::anthropicErrorType(status)) + ",\"message\":" + quoteJson(message) + "}}";
}

}  // namespace signalbox::lab
