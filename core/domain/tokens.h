// SPDX-License-Identifier: Apache-2.0
// What an upstream said about the probabilities of the tokens it chose: the gate's evidence.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace signalbox::domain {

struct TokenAlternative {
  std::string token;
  double logprob = 0;  // natural logarithm
};

struct TokenLogprob {
  std::string token;
  double logprob = 0;
  std::vector<TokenAlternative> top;  // as given, the chosen token usually among them; may be empty
};

// Tokens of the answer in order, end-of-turn tokens already left out. Empty: the provider gave none.
using TokenEvidence = std::vector<TokenLogprob>;

// Whether a token marks the end of a turn: no text at all, or a marker such as <|im_end|> or </s>.
[[nodiscard]] bool isEndToken(std::string_view token);

}  // namespace signalbox::domain
