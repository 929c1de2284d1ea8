// SPDX-License-Identifier: Apache-2.0
// A completion's request, as a conversation: the prompt is what the user says.
#include <array>

#include "dialect/chat_hub.h"
#include "dialect/completions_hub.h"
#include "dialect/hints.h"
#include "dialect/json_object.h"
#include "dialect/prompts.h"
#include "dialect/request_parts.h"

namespace signalbox::dialect {
namespace {

constexpr std::int64_t kTokensUnlessSaid = 16;  // of the specification

std::unexpected<Error> notOfChats(std::string param, std::string_view what) {
  return notCarried(std::move(param), std::string(what) + " cannot be asked of a model that knows chats only");
}

bool isOneOf(std::string_view name, std::span<const std::string_view> names) { return std::ranges::find(names, name) != names.end(); }

Result<void> readPrompt(JsonDoc::Node node, Conversation& into) {
  const auto prompts = readPrompts("prompt", node);
  if (!prompts) return std::unexpected(prompts.error());
  if (prompts->size() != 1) return notOfChats("prompt", "several prompts");
  if (prompts->front().tokens) return notOfChats("prompt", "a prompt of token numbers");
  into.turns.push_back({.role = Turn::Role::User, .parts = {{.text = prompts->front().text}}});
  return {};
}

}  // namespace

Result<Conversation> conversationOfCompletions(std::string_view body) {
  // What the conversation has a place for, and what only the router and the client talk about.
  static constexpr std::array<std::string_view, 17> kRead{"model", "prompt", "suffix", "echo", "best_of", "n", "max_tokens", "temperature", "top_p",
                                                          "stop", "seed", "logprobs", "user", "stream", "stream_options", "metadata", "logit_bias"};
  const auto doc = readBody(body);
  if (!doc) return std::unexpected(doc.error());
  const auto root = doc->root();
  if (!root["suffix"].stringOr("").empty()) return notOfChats("suffix", "text to end with");
  if (root["echo"].boolean().value_or(false)) return notOfChats("echo", "the prompt before the answer");
  const auto n = wholeNumber(root["n"]).value_or(1);
  if (wholeNumber(root["best_of"]).value_or(n) > n) return notOfChats("best_of", "the best of several answers");
  if (root["logit_bias"].isObject() && root["logit_bias"].size() > 0) return notOfChats("logit_bias", "a bias on tokens, which other models number otherwise,");
  Conversation read;
  if (const auto prompt = readPrompt(root["prompt"], read); !prompt) return std::unexpected(prompt.error());
  read.n = static_cast<int>(n);
  read.max_tokens = wholeNumber(root["max_tokens"]).value_or(kTokensUnlessSaid);
  read.temperature = root["temperature"].number();
  read.top_p = root["top_p"].number();
  read.seed = root["seed"].integer();  // one is as good as another only as long as every digit is kept
  if (!read.seed) read.seed = wholeNumber(root["seed"]);
  read.user = root["user"].stringOr("");
  readStop(root["stop"], read.stop);
  if (const auto logprobs = wholeNumber(root["logprobs"])) {
    read.logprobs = true;
    read.top_logprobs = static_cast<int>(*logprobs);
  }
  if (saysMoreThanHints(root["metadata"])) read.dropped.insert("metadata");
  for (auto member = root.first(); member; member = member.next()) {
    if (!member.isNull() && !isOneOf(member.key(), kRead)) read.rest.emplace_back(member.key(), std::string(member.raw()));
  }
  return read;
}

const ClientSide& completionsClient() {
  static constexpr ClientSide kSide{&conversationOfCompletions, &completionsReplyWriter};
  return kSide;
}

}  // namespace signalbox::dialect
