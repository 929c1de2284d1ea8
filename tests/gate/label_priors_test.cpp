// SPDX-License-Identifier: Apache-2.0
#include "gate/label_priors.h"

#include <gmock/gmock.h>

#include <cmath>

#include "gate/gate.h"

namespace signalbox::gate {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kLabels{"A", "B", "C"};

// The answer is `label` with probability p, the others share the rest.
domain::TokenEvidence says(const std::string& label, double p) {
  domain::TokenLogprob token{label, std::log(p), {{label, std::log(p)}}};
  for (const auto& other : kLabels) {
    if (other != label) token.top.push_back({other, std::log((1 - p) / 2)});
  }
  return {token};
}

policy::Gate correctingGate(double below) {
  policy::Gate gate;
  gate.signal = domain::Signal::TopClass;
  gate.escalate_below = below;
  gate.prior_correction = domain::PriorCorrection::Running;
  return gate;
}

TEST(LabelPriorsTest, changeNothingWhileAllLabelsAreAlike) {
  const LabelPriors priors(3);
  EXPECT_NEAR(priors.corrected({0.7, 0.2, 0.1}, 0), 0.7, 1e-12);
}

TEST(LabelPriorsTest, areTheMeanOfTheSharesAndOneEqualAnswerForEachLabel) {
  LabelPriors priors(2);
  priors.add({0.9, 0.1});
  priors.add({0.7, 0.3});
  EXPECT_NEAR(priors.means()[0], (1.0 + 0.9 + 0.7) / 4, 1e-12);
  EXPECT_NEAR(priors.means()[1], (1.0 + 0.1 + 0.3) / 4, 1e-12);
  const double own = 0.5 / 0.65, other = 0.5 / 0.35;
  EXPECT_NEAR(priors.corrected({0.5, 0.5}, 0), own / (own + other), 1e-12);
}

TEST(LabelPriorsTest, forgetWhatIsLongPast) {
  LabelPriors priors(2);
  for (int i = 0; i < 20'000; ++i) priors.add({1, 0});
  for (int i = 0; i < 20'000; ++i) priors.add({0.5, 0.5});
  EXPECT_NEAR(priors.means()[0], 0.5, 0.001);
}

TEST(LabelPriorsTest, aLabelThatNeverHadAShareIsNotRaisedWithoutBound) {
  LabelPriors priors(2);
  for (int i = 0; i < 100'000; ++i) priors.add({1, 0});
  const double share = priors.corrected({1 - 1e-9, 1e-9}, 0);
  EXPECT_TRUE(std::isfinite(share));
  EXPECT_GT(share, 0.99);
}

TEST(LabelPriorsTest, aPreferredLabelIsTrustedLessThanARareOneOfTheSameProbability) {
  LabelPriors priors(3);
  const auto gate = correctingGate(0.5);
  policy::Validators validators;
  validators.labels = kLabels;
  const auto judged = [&](const domain::TokenEvidence& evidence) {
    return judge(&gate, validators, evidence.front().token, evidence, nullptr, false, &priors);
  };
  EXPECT_FALSE(judged(says("A", 0.6)).escalate);
  for (int i = 0; i < 200; ++i) (void)judged(says("A", 0.6));
  const auto preferred = judged(says("A", 0.6)), rare = judged(says("B", 0.6));
  EXPECT_TRUE(preferred.escalate);
  EXPECT_NEAR(*preferred.raw, 0.6, 1e-9);
  EXPECT_LT(*preferred.confidence, 0.4);
  EXPECT_EQ(preferred.calibration, "running-prior");
  EXPECT_THAT(preferred.explanation, HasSubstr("(corrected from 0.60)"));
  EXPECT_FALSE(rare.escalate);
  EXPECT_NEAR(*rare.confidence, 3 / (3 + 1 + 1 / 3.0), 0.01);  // of means of nearly 0.6, 0.2 and 0.2
}

TEST(LabelPriorsTest, learnNothingFromAnswersThatSayNothingOfTheOtherLabels) {
  LabelPriors priors(3);
  const auto gate = correctingGate(0.5);
  policy::Validators validators;
  validators.labels = kLabels;
  const domain::TokenEvidence alone{{"A", std::log(0.6), {}}};
  const auto judgement = judge(&gate, validators, "A", alone, nullptr, false, &priors);
  EXPECT_NEAR(*judgement.confidence, 0.6, 1e-12);
  EXPECT_EQ(judgement.calibration, "");
  (void)judge(&gate, validators, "neither", {{"neither", -0.1, {{"neither", -0.1}, {"A", -3}}}}, nullptr, false, &priors);
  EXPECT_EQ(priors.means(), LabelPriors(3).means());
}

TEST(LabelPriorsTest, aMapIsNotUsedBesideThem) {
  LabelPriors priors(3);
  const auto gate = correctingGate(0.5);
  policy::Validators validators;
  validators.labels = kLabels;
  domain::CalibrationMap map;
  map.name = "tickets";
  map.points = {{0, 0}, {1, 0.1}};
  EXPECT_NEAR(*judge(&gate, validators, "A", says("A", 0.6), &map, false, &priors).confidence, 0.6, 1e-9);
}

}  // namespace
}  // namespace signalbox::gate
