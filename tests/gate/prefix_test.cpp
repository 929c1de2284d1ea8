// SPDX-License-Identifier: Apache-2.0
#include "gate/prefix.h"

#include <gtest/gtest.h>

namespace signalbox::gate {
namespace {

domain::TokenEvidence tokens(std::size_t count) { return domain::TokenEvidence(count, {"a", -0.1, {}}); }

policy::Gate gateOf(int prefix_tokens) {
  policy::Gate gate;
  gate.signal = domain::Signal::MeanToken;
  gate.prefix_tokens = prefix_tokens;
  return gate;
}

TEST(PrefixTest, sufficesWithItsTokens) {
  const auto gate = gateOf(3);
  EXPECT_FALSE(prefixSuffices(gate, {}, "a b", tokens(2), 2));
  EXPECT_TRUE(prefixSuffices(gate, {}, "a b c", tokens(3), 3));
  EXPECT_FALSE(prefixSuffices(gate, {}, " \n", tokens(3), 3)) << "white space is no answer";
  EXPECT_TRUE(prefixSuffices(gate, {}, "a", {}, 1)) << "of text without probabilities nothing will be known";
  EXPECT_FALSE(prefixSuffices(gate, {}, "", {}, 1));
}

TEST(PrefixTest, aLabelDecidesAsSoonAsItIsTheOnlyOne) {
  const auto gate = gateOf(1);
  policy::Validators validators;
  validators.labels = {"ACCT", "BILL", "BILLING"};
  const auto suffices = [&](std::string_view text) { return prefixSuffices(gate, validators, text, tokens(9), 9); };
  EXPECT_FALSE(suffices("AC")) << "not yet a label";
  EXPECT_TRUE(suffices(" ACCT"));
  EXPECT_FALSE(suffices("BILL")) << "may become the longer one";
  EXPECT_TRUE(suffices("BILLING"));
  EXPECT_TRUE(suffices("BILLS")) << "no label any more";
  EXPECT_TRUE(suffices("acct")) << "labels have their case";
}

TEST(PrefixTest, isNotEnoughForWhatReadsTheWhole) {
  policy::Validators validators;
  validators.refusals_escalate = true;
  validators.labels = {"A"};
  EXPECT_TRUE(judgesPrefix(validators));
  validators.max_chars = 10;
  EXPECT_FALSE(judgesPrefix(validators));
}

TEST(PrefixTest, aRefusalIsWaitedForWhereNoProbabilityTells) {
  const auto gate = gateOf(3);
  policy::Validators validators;
  validators.refusals_escalate = true;
  EXPECT_FALSE(prefixSuffices(gate, validators, "I'm", {}, 1));
  EXPECT_TRUE(prefixSuffices(gate, validators, "I'm sorry, but", {}, 3));
  EXPECT_FALSE(prefixSuffices(gate, validators, "I'm sorry", tokens(2), 3)) << "tokens that are known are counted themselves";
}

}  // namespace
}  // namespace signalbox::gate
