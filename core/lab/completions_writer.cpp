// SPDX-License-Identifier: Apache-2.0
#include "lab/completions_writer.h"

#include <cmath>

#include "base/json_doc.h"
#include "base/strings.h"

namespace signalbox::lab {
namespace {

std::string joined(const std::vector<std::string>& items) { return "[" + join(items, ",") + "]"; }

std::string alternativesOf(const SimulatedAnswer& answer, std::size_t at, int top) {
  std::vector<std::string> members;
  int written = 0;
  for (const auto& [token, probability] : tokenAlternatives(answer, at, answer.probability(at))) {
    if (written++ < top || token == answer.tokens[at]) members.push_back(quoteJson(token) + ":" + shortest(std::log(probability)));
  }
  return "{" + join(members, ",") + "}";
}

// The tokens from `begin` to `end`, as four lists.
std::string evidence(const SimulatedAnswer& answer, std::size_t begin, std::size_t end, int top) {
  std::vector<std::string> tokens, logprobs, alternatives, offsets;
  std::size_t offset = 0;
  for (std::size_t i = 0; i < end; offset += answer.tokens[i++].size()) {
    if (i < begin) continue;
    tokens.push_back(quoteJson(answer.tokens[i]));
    logprobs.push_back(shortest(std::log(answer.probability(i))));
    alternatives.push_back(alternativesOf(answer, i, top));
    offsets.push_back(std::to_string(offset));
  }
  return "{\"tokens\":" + joined(tokens) + ",\"token_logprobs\":" + joined(logprobs) + ",\"top_logprobs\":" + joined(alternatives) +
         ",\"text_offset\":" + joined(offsets) + "}";
}

std::string choices(const SimulatedAnswer& answer, const ChatShape& shape, std::size_t begin, std::size_t end, std::string_view finish) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) text += answer.tokens[i];
  const bool judged = shape.logprobs && answer.token_prob && begin < end;
  std::string out = "\"choices\":[{\"index\":0,\"text\":" + quoteJson(text);
  out += ",\"logprobs\":" + (judged ? evidence(answer, begin, end, shape.top_logprobs) : "null");
  return out + ",\"finish_reason\":" + (finish.empty() ? "null" : quoteJson(finish)) + "}]";
}

}  // namespace

std::string completion(const SimulatedAnswer& answer, const ChatShape& shape) {
  const AnswerCut end = cutAnswer(answer, shape);
  std::string out = answerHead(shape, "text_completion") + choices(answer, shape, 0, end.tokens, end.finish);
  if (shape.usage) {
    out += ',';
    appendUsage(out, answer, end.output_tokens, shape.usage_lie);
  }
  return out + "}";
}

ChatStream completionStream(const SimulatedAnswer& answer, const ChatShape& shape) {
  const AnswerCut end = cutAnswer(answer, shape);
  const auto event = [&](const std::string& members) { return "data: " + answerHead(shape, "text_completion") + members + "}\n\n"; };
  ChatStream stream;
  for (std::size_t i = 0; i < end.tokens; ++i) stream.tokens.push_back(event(choices(answer, shape, i, i + 1, {})));
  stream.closing = event(choices(answer, shape, end.tokens, end.tokens, end.finish));
  if (shape.usage) {
    std::string usage;
    appendUsage(usage, answer, end.output_tokens, shape.usage_lie);
    stream.closing += event("\"choices\":[]," + usage);
  }
  stream.done = "data: [DONE]\n\n";
  return stream;
}

}  // namespace signalbox::lab
