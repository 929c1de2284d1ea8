// SPDX-License-Identifier: Apache-2.0
#include "domain/tokens.h"

#include <algorithm>
#include <array>

namespace signalbox::domain {
namespace {

constexpr std::array<std::string_view, 12> kEndTokens{
    "</s>",          "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|endoftext|>",
    "<end_of_turn>", "<eos>",      "<EOS>",      "[EOS]",      "<|end|>",         "<|return|>"};

// `<|…|>`, with the ASCII bar or the full-width one.
bool hasMarkerShape(std::string_view token) {
  const auto wrapped = [&](std::string_view head, std::string_view tail) {
    return token.size() > head.size() + tail.size() && token.starts_with(head) && token.ends_with(tail);
  };
  return wrapped("<|", "|>") || wrapped("<｜", "｜>");
}

}  // namespace

bool isEndToken(std::string_view token) {
  return token.empty() || hasMarkerShape(token) || std::find(kEndTokens.begin(), kEndTokens.end(), token) != kEndTokens.end();
}

}  // namespace signalbox::domain
