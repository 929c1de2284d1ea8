// SPDX-License-Identifier: Apache-2.0
// What a simulated model answers: its recorded reply, or one made from whether it was right. Pure: same row, model and seed,
// same answer.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/outcomes.h"
#include "text/tokens.h"

namespace signalbox::lab {

struct SimulatedAnswer {
  std::string text;
  std::vector<std::string> tokens;      // the text in pieces; an answer that is a label is one token
  std::optional<double> token_prob;     // of every token, in [1e-6, 1]; unset: this provider gives no logprobs
  std::vector<double> surprise;         // how many times its share of the answer's log probability each token has; empty: all once
  std::vector<std::string> others;      // the other labels of the task: they share the rest at the first token
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;

  // Of one token. REQUIRES: token_prob.
  [[nodiscard]] double probability(std::size_t token) const;
};

inline constexpr double kLeastProbability = 1e-6;
[[nodiscard]] double clampProbability(double p);

// REQUIRES: `row` is one of `outcomes`.
[[nodiscard]] SimulatedAnswer recordedAnswer(const Outcomes& outcomes, const OutcomeRow& row, const Record& record,
                                             std::string_view model, std::uint64_t seed);
// An answer for a prompt that no row has, or that this model has no record for; one of the labels when the row is known.
[[nodiscard]] SimulatedAnswer madeUpAnswer(const Outcomes& outcomes, const OutcomeRow* row,
                                           const std::vector<domain::Message>& messages, std::string_view model,
                                           std::uint64_t seed);

// Makes the tokens of an answer unequal, as those of real answers are: the log probability of each is its share times a log-normal
// weight of this sigma, and the mean of all stays what it was. The same seed, the same weights. An answer of one token stays as it is.
void makeUneven(SimulatedAnswer& answer, double sigma, std::uint64_t seed);

// `text` in `count` pieces of about equal length, cut between characters; fewer when there are fewer characters.
[[nodiscard]] std::vector<std::string> cutTokens(std::string_view text, std::int64_t count);
[[nodiscard]] std::int64_t inputTokens(const std::vector<domain::Message>& messages);

}  // namespace signalbox::lab
