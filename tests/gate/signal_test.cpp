// SPDX-License-Identifier: Apache-2.0
#include "gate/gate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace signalbox::gate {
namespace {

using domain::Signal;
using domain::TokenEvidence;

struct Alt {
  std::string token;
  double p;
};
// A token with its probability, and the alternatives beside it.
domain::TokenLogprob token(std::string text, double p, const std::vector<Alt>& others = {}) {
  domain::TokenLogprob out{text, std::log(p), {{text, std::log(p)}}};
  for (const auto& other : others) out.top.push_back({other.token, std::log(other.p)});
  return out;
}

double topClass(const TokenEvidence& evidence, const std::vector<std::string>& labels) {
  return confidence(Signal::TopClass, evidence, labels).value();
}

TEST(SignalTest, meanAndMinimumAreOfTheTokensProbabilities) {
  const TokenEvidence evidence{token("a", 0.9), token("b", 0.4), token("c", 0.6)};
  EXPECT_NEAR(*confidence(Signal::MeanToken, evidence, {}), std::cbrt(0.9 * 0.4 * 0.6), 1e-12);
  EXPECT_NEAR(*confidence(Signal::MinToken, evidence, {}), 0.4, 1e-12);
}

TEST(SignalTest, isUnknownWithoutEvidence) {
  for (const auto signal : {Signal::TopClass, Signal::MeanToken, Signal::MinToken}) {
    EXPECT_FALSE(confidence(signal, {}, {"A"}));
    EXPECT_FALSE(confidence(signal, {{"A", std::nan(""), {}}}, {"A"}));
    EXPECT_FALSE(confidence(signal, {{"A", -std::numeric_limits<double>::infinity(), {}}}, {"A"}));
  }
  EXPECT_FALSE(confidence(Signal::TopClass, {token("A", 0.5)}, {}));
  EXPECT_FALSE(confidence(Signal::Agreement, {token("A", 0.5)}, {"A"}));
}

TEST(SignalTest, aLogarithmAboveZeroCountsAsCertain) {
  EXPECT_EQ(confidence(Signal::MeanToken, {{"A", 1e-6, {}}}, {}), 1.0);
  EXPECT_EQ(confidence(Signal::MinToken, {{"A", 1e-6, {}}}, {}), 1.0);
}

TEST(TopClassTest, normalisesOverTheAllowedLabels) {
  EXPECT_NEAR(topClass({token("A", 0.6, {{"B", 0.2}, {"the", 0.1}})}, {"A", "B", "C"}), 0.6 / 0.8, 1e-12);
}

TEST(TopClassTest, anAnswerThatIsNoLabelHasNoConfidence) {
  EXPECT_EQ(topClass({token("Maybe", 0.9, {{"A", 0.1}})}, {"A", "B"}), 0.0);
  EXPECT_EQ(topClass({token("a", 0.9)}, {"A", "B"}), 0.0);
  EXPECT_EQ(topClass({token("A", 0.9), token(" because", 0.9)}, {"A", "B"}), 0.0);
}

TEST(TopClassTest, dropsLeadingWhiteSpaceAndKeepsCase) {
  EXPECT_NEAR(topClass({token(" A", 0.5, {{"A", 0.2}, {"\nB", 0.2}, {"b", 0.1}})}, {"A", "B"}), 0.7 / 0.9, 1e-12);
}

TEST(TopClassTest, labelsNotAmongTheAlternativesCountZero) {
  EXPECT_EQ(topClass({token("A", 0.3, {{"a", 0.2}})}, {"A", "B", "C"}), 1.0);
}

TEST(TopClassTest, withoutAnyAlternativeTheAnswersOwnProbabilityIsAllThatIsKnown) {
  EXPECT_NEAR(topClass({token("A", 0.3)}, {"A", "B", "C"}), 0.3, 1e-12);
  EXPECT_NEAR(topClass({token("BILL", 0.8), token("ING", 0.5)}, {"BILLING", "ACCT"}), 0.4, 1e-12);
  EXPECT_NEAR(topClass({token("A", 0.3, {{"A", 0.3}})}, {"A", "B"}), 0.3, 1e-12) << "the token itself is no alternative";
}

TEST(TopClassTest, readsALabelOfSeveralTokensWhereItFirstDiffers) {
  // BILLING = BILL·ING, BILLED = BILL·ED, ACCT = AC·CT
  const TokenEvidence evidence{token("BILL", 0.8, {{"AC", 0.1}}), token("ING", 0.7, {{"ED", 0.2}, {"CT", 0.1}})};
  const double billing = 0.8 * 0.7;
  const double billed = 0.8 * 0.2;
  EXPECT_NEAR(topClass(evidence, {"BILLING", "BILLED", "ACCT"}), billing / (billing + billed + 0.1), 1e-12);
}

TEST(TopClassTest, everyLabelHasTheProbabilityOfItsFirstTokenThatDiffers) {
  EXPECT_NEAR(topClass({token("BILL", 0.7, {{"ACCT", 0.3}})}, {"ACCT-A", "ACCT-B", "BILL"}), 0.7 / 1.3, 1e-12);
  EXPECT_NEAR(topClass({token("no", 0.6, {{"yes", 0.4}})}, {"no", "yes", "yes_sir"}), 0.6 / 1.4, 1e-12);
  const TokenEvidence later{token("BILL", 0.8, {{"AC", 0.1}}), token("ING", 0.5, {{"ED", 0.25}})};
  EXPECT_NEAR(topClass(later, {"BILLING", "BILLED", "BILLED_TWICE", "ACCT"}), 0.4 / (0.4 + 0.2 + 0.2 + 0.1), 1e-12);
}

TEST(TopClassTest, theEndOfTheTurnSpeaksForAShorterLabel) {
  const TokenEvidence evidence{token("yes", 1.0), token("_sir", 0.75, {{"<|im_end|>", 0.2}, {"\n", 0.05}})};
  EXPECT_NEAR(topClass(evidence, {"yes", "yes_sir"}), 0.75, 1e-12);
}

TEST(TopClassTest, whiteSpaceAroundTheAnswerSaysNothing) {
  EXPECT_NEAR(topClass({token("\n", 0.5, {{"B", 0.1}}), token("A", 0.8, {{"B", 0.2}}), token(" ", 0.1)}, {"A", "B"}), 0.4 / 0.6,
              1e-12);
}

// Over random distributions: the shares of all labels, each read with that label as the answer, add up to one, whatever stands
// among the alternatives beside them.
TEST(TopClassTest, sharesOfSingleTokenLabelsAddUpToOne) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> draw(0.001, 1);
  const std::vector<std::string> labels{"ACCT", "BILL", "TECH", "OTHER"};
  for (int round = 0; round < 200; ++round) {
    std::vector<Alt> all{{"noise", draw(random)}};
    for (const auto& label : labels) all.push_back({label, draw(random)});
    double total = 0;
    for (const auto& alt : all) total += alt.p;
    for (auto& alt : all) alt.p /= total;
    double sum = 0;
    for (std::size_t i = 1; i < all.size(); ++i) {
      const double share = topClass({token(all[i].token, all[i].p, all)}, labels);
      EXPECT_GE(share, 0);
      EXPECT_LE(share, 1);
      sum += share;
    }
    EXPECT_NEAR(sum, 1, 1e-9);
  }
}

}  // namespace
}  // namespace signalbox::gate
