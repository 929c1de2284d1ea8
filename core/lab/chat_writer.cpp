// SPDX-License-Identifier: Apache-2.0
#include "lab/chat_writer.h"

#include <algorithm>
#include <cmath>

#include "base/json_doc.h"
#include "base/strings.h"

namespace signalbox::lab {
namespace {

void appendToken(std::string& out, std::string_view token, double p) {
  out += "{\"token\":";
  out += quoteJson(token);
  out += ",\"logprob\":";
  out += shortest(std::log(p));
  out += ",\"bytes\":[";
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (i) out += ',';
    out += std::to_string(static_cast<unsigned char>(token[i]));
  }
  out += ']';
}

void appendEvidence(std::string& out, const SimulatedAnswer& answer, std::size_t at, int top) {
  const double p = answer.probability(at);
  appendToken(out, answer.tokens[at], p);
  out += ",\"top_logprobs\":[";
  int written = 0;
  if (top > 0) {
    for (const auto& [token, probability] : tokenAlternatives(answer, at, p)) {
      if (written == top) break;
      if (written++) out += ',';
      appendToken(out, token, probability);
      out += '}';
    }
  }
  out += "]}";
}

std::string toolCall(const SimulatedAnswer& answer, const ChatShape& shape, bool delta) {
  std::string arguments = "{\"answer\":" + quoteJson(answer.text) + "}";
  return std::string("[{") + (delta ? "\"index\":0," : "") + "\"id\":\"call_" + shape.id + "\",\"type\":\"function\",\"function\":{\"name\":" +
         quoteJson(shape.tool) + ",\"arguments\":" + quoteJson(arguments) + "}}]";
}

std::string chunk(const ChatShape& shape, std::string_view delta, std::string_view logprobs, std::string_view finish) {
  std::string out = "data: " + answerHead(shape, "chat.completion.chunk") + "\"choices\":[{\"index\":0,\"delta\":";
  out += delta;
  out += ",\"logprobs\":";
  out += logprobs;
  out += ",\"finish_reason\":";
  out += finish;
  out += "}]}\n\n";
  return out;
}

}  // namespace

std::vector<std::pair<std::string_view, double>> tokenAlternatives(const SimulatedAnswer& answer, std::size_t at, double p) {
  std::vector<std::pair<std::string_view, double>> all{{answer.tokens[at], p}};
  if (at == 0 && !answer.others.empty()) {
    const double share = clampProbability((1 - p) / static_cast<double>(answer.others.size()));
    for (const auto& other : answer.others) all.emplace_back(other, share);
    std::ranges::stable_sort(all, std::ranges::greater{}, [](const auto& one) { return one.second; });
  }
  return all;
}

void appendUsage(std::string& out, const SimulatedAnswer& answer, std::int64_t output_tokens, UsageLie lie) {
  constexpr std::int64_t kHuge = 4'000'000'000'000'000'000;
  std::int64_t input = answer.input_tokens;
  std::int64_t total = input + output_tokens;
  if (lie == UsageLie::Negative) output_tokens = -output_tokens;
  if (lie == UsageLie::Huge) total = input = output_tokens = kHuge;
  if (lie == UsageLie::Total) total -= 1;
  out += "\"usage\":{\"prompt_tokens\":" + std::to_string(input);
  out += ",\"completion_tokens\":" + std::to_string(output_tokens);
  out += ",\"total_tokens\":" + std::to_string(total) + "}";
}

std::string answerHead(const ChatShape& shape, std::string_view object) {
  std::string out = "{\"id\":\"" + shape.id + "\",\"object\":\"";
  out += object;
  out += "\",\"created\":" + std::to_string(shape.created) + ",\"model\":" + quoteJson(shape.model);
  out += ",\"system_fingerprint\":\"fp_simulated\",";
  return out;
}

AnswerCut cutAnswer(const SimulatedAnswer& answer, const ChatShape& shape) {
  if (!shape.tool.empty()) return {0, answer.output_tokens, "tool_calls"};
  const std::size_t most = shape.max_tokens ? static_cast<std::size_t>(std::max<std::int64_t>(*shape.max_tokens, 0)) : SIZE_MAX;
  if (answer.tokens.size() <= most) return {answer.tokens.size(), answer.output_tokens, "stop"};
  return {most, static_cast<std::int64_t>(most), "length"};
}

std::string chatCompletion(const SimulatedAnswer& answer, const ChatShape& shape) {
  const AnswerCut end = cutAnswer(answer, shape);
  std::string out = answerHead(shape, "chat.completion");
  out.reserve(out.size() + 512 + answer.text.size() * 2);
  out += "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":";
  if (shape.tool.empty()) {
    std::string text;
    for (std::size_t i = 0; i < end.tokens; ++i) text += answer.tokens[i];
    out += quoteJson(text) + ",\"refusal\":null}";
  } else {
    out += "null,\"refusal\":null,\"tool_calls\":" + toolCall(answer, shape, false) + "}";
  }
  out += ",\"logprobs\":";
  if (shape.logprobs && answer.token_prob && shape.tool.empty()) {
    out += "{\"content\":[";
    for (std::size_t i = 0; i < end.tokens; ++i) {
      if (i) out += ',';
      appendEvidence(out, answer, i, shape.top_logprobs);
    }
    out += "],\"refusal\":null}";
  } else {
    out += "null";
  }
  out += ",\"finish_reason\":\"";
  out += end.finish;
  out += "\"}]";
  if (shape.usage) {
    out += ',';
    appendUsage(out, answer, end.output_tokens, shape.usage_lie);
  }
  out += '}';
  return out;
}

ChatStream chatStream(const SimulatedAnswer& answer, const ChatShape& shape) {
  const AnswerCut end = cutAnswer(answer, shape);
  ChatStream stream;
  stream.opening = chunk(shape, R"({"role":"assistant","content":"","refusal":null})", "null", "null");
  for (std::size_t i = 0; i < end.tokens; ++i) {
    std::string logprobs = "null";
    if (shape.logprobs && answer.token_prob) {
      logprobs = "{\"content\":[";
      appendEvidence(logprobs, answer, i, shape.top_logprobs);
      logprobs += "],\"refusal\":null}";
    }
    stream.tokens.push_back(chunk(shape, "{\"content\":" + quoteJson(answer.tokens[i]) + "}", logprobs, "null"));
  }
  if (!shape.tool.empty()) {
    stream.tokens.push_back(chunk(shape, "{\"tool_calls\":" + toolCall(answer, shape, true) + "}", "null", "null"));
  }
  stream.closing = chunk(shape, "{}", "null", "\"" + std::string(end.finish) + "\"");
  if (shape.usage) {
    std::string last = "data: " + answerHead(shape, "chat.completion.chunk") + "\"choices\":[],";
    appendUsage(last, answer, end.output_tokens, shape.usage_lie);
    stream.closing += last + "}\n\n";
  }
  stream.done = "data: [DONE]\n\n";
  return stream;
}

std::string chatError(std::string_view message, std::string_view type, std::string_view code) {
  return "{\"error\":{\"message\":" + quoteJson(message) + ",\"type\":" + quoteJson(type) + ",\"param\":null,\"code\":" + quoteJson(code) + "}}";
}

}  // namespace signalbox::lab
