// SPDX-License-Identifier: Apache-2.0
#include "gate/gate.h"

#include <gtest/gtest.h>

#include <cmath>

namespace signalbox::gate {
namespace {

using domain::Verdict;

domain::TokenEvidence sure(double p) { return {{"A", std::log(p), {}}}; }

policy::Gate gateAt(double escalate_below, std::optional<double> trust_above = std::nullopt) {
  policy::Gate gate;
  gate.signal = domain::Signal::MeanToken;
  gate.escalate_below = escalate_below;
  gate.trust_above = trust_above;
  return gate;
}

policy::Validators labels(std::vector<std::string> allowed) {
  policy::Validators validators;
  validators.labels = std::move(allowed);
  return validators;
}

TEST(JudgeTest, acceptsAtTheThresholdAndEscalatesBelowIt) {
  const auto gate = gateAt(0.82);
  const auto low = judge(&gate, {}, "A", sure(0.64), nullptr);
  EXPECT_EQ(low.verdict, Verdict::Escalate);
  EXPECT_TRUE(low.escalate);
  EXPECT_EQ(low.explanation, "mean-token 0.64 < 0.82");
  const auto high = judge(&gate, {}, "A", sure(0.91), nullptr);
  EXPECT_EQ(high.verdict, Verdict::Accept);
  EXPECT_FALSE(high.escalate);
  EXPECT_EQ(high.explanation, "mean-token 0.91 ≥ 0.82");
  const auto zero = gateAt(1.0);
  EXPECT_EQ(judge(&zero, {}, "A", sure(1.0), nullptr).verdict, Verdict::Accept);
}

TEST(JudgeTest, reviewsBetweenTheTwoThresholds) {
  const auto gate = gateAt(0.70, 0.85);
  EXPECT_EQ(judge(&gate, {}, "A", sure(0.69), nullptr).verdict, Verdict::Escalate);
  const auto middle = judge(&gate, {}, "A", sure(0.78), nullptr);
  EXPECT_EQ(middle.verdict, Verdict::Review);
  EXPECT_FALSE(middle.escalate);
  EXPECT_EQ(middle.explanation, "mean-token 0.78 < 0.85: review");
  EXPECT_EQ(judge(&gate, {}, "A", sure(0.86), nullptr).verdict, Verdict::Accept);
}

TEST(JudgeTest, showsEnoughDecimalsToBeTrue) {
  const auto gate = gateAt(0.82);
  EXPECT_EQ(judge(&gate, {}, "A", sure(0.8199), nullptr).explanation, "mean-token 0.8199 < 0.8200");
}

TEST(JudgeTest, withoutEvidenceThePolicySaysWhatHappens) {
  auto gate = gateAt(0.82);
  const auto accepted = judge(&gate, {}, "A", {}, nullptr);
  EXPECT_EQ(accepted.verdict, Verdict::Ungated);
  EXPECT_FALSE(accepted.escalate);
  EXPECT_FALSE(accepted.raw);
  EXPECT_FALSE(accepted.confidence);
  gate.when_unknown = domain::WhenUnknown::Escalate;
  const auto escalated = judge(&gate, {}, "A", {}, nullptr);
  EXPECT_EQ(escalated.verdict, Verdict::Ungated);
  EXPECT_TRUE(escalated.escalate);
}

TEST(JudgeTest, withoutAGateOnlyValidatorsSpeak) {
  EXPECT_EQ(judge(nullptr, {}, "A", sure(0.1), nullptr).verdict, Verdict::Ungated);
  EXPECT_EQ(judge(nullptr, {}, "A", sure(0.1), nullptr).validation.failed, "");
  const auto failed = judge(nullptr, labels({"B"}), "A", sure(0.99), nullptr);
  EXPECT_EQ(failed.verdict, Verdict::Escalate);
  EXPECT_TRUE(failed.escalate);
  EXPECT_EQ(failed.explanation, "failed enum");
}

TEST(JudgeTest, saysWhyNothingIsKnown) {
  auto gate = gateAt(0.5);
  EXPECT_EQ(judge(&gate, {}, "A", {}, nullptr).explanation, "mean-token unknown: no token probabilities, when-unknown: accept");
  gate.signal = domain::Signal::TopClass;
  EXPECT_EQ(judge(&gate, {}, "A", sure(0.9), nullptr).explanation, "top-class unknown: no labels to compare, when-unknown: accept");
}

TEST(JudgeTest, aFailedValidatorOutweighsConfidence) {
  const auto gate = gateAt(0.5);
  const auto failed = judge(&gate, labels({"B"}), "A", sure(0.99), nullptr);
  EXPECT_EQ(failed.verdict, Verdict::Escalate);
  EXPECT_EQ(failed.explanation, "mean-token 0.99 ≥ 0.50; failed enum");
  EXPECT_NEAR(*failed.confidence, 0.99, 1e-12);
}

TEST(JudgeTest, holdsTheCalibratedValueAgainstTheThreshold) {
  domain::CalibrationMap map;
  map.name = "tickets/llama";
  map.points = {{0.0, 0.0}, {0.5, 0.2}, {1.0, 0.9}};
  const auto gate = gateAt(0.5);
  const auto got = judge(&gate, {}, "A", sure(0.75), &map);
  EXPECT_NEAR(*got.raw, 0.75, 1e-12);
  EXPECT_NEAR(*got.confidence, 0.55, 1e-12);
  EXPECT_EQ(got.calibration, "tickets/llama");
  EXPECT_EQ(got.verdict, Verdict::Accept);
  EXPECT_EQ(got.explanation, "mean-token 0.55 ≥ 0.50 (calibrated from 0.75)");
  EXPECT_EQ(judge(&gate, {}, "A", sure(0.99987), &map).explanation, "mean-token 0.90 ≥ 0.50 (calibrated from 0.9999)");
}

TEST(ValidateTest, namesEveryValidatorThatFails) {
  auto validators = labels({"A", "B"});
  validators.max_chars = 3;
  validators.regex = text::Pattern::compile("^[A-Z]$").value();
  EXPECT_EQ(validate(validators, "A").failed, "pass");
  EXPECT_TRUE(validate(validators, "A").passed);
  const auto all = validate(validators, "maybe");
  EXPECT_FALSE(all.passed);
  EXPECT_EQ(all.failed, "enum,regex,max-chars");
  EXPECT_EQ(validate(validators, " A\n").failed, "regex");
}

TEST(ValidateTest, countsCharactersNotBytes) {
  policy::Validators validators;
  validators.max_chars = 4;
  EXPECT_TRUE(validate(validators, "éééé").passed);
  EXPECT_FALSE(validate(validators, "ééééé").passed);
}

TEST(ValidateTest, holdsTheAnswerAgainstItsSchema) {
  policy::Validators validators;
  validators.json_schema = schema::Validator::compile(Json::parse(R"({"type":"object","required":["id"]})")).value();
  EXPECT_TRUE(validate(validators, R"( {"id":1} )").passed);
  EXPECT_EQ(validate(validators, R"({"name":1})").failed, "json-schema");
  EXPECT_EQ(validate(validators, "no JSON at all").failed, "json-schema");
}

}  // namespace
}  // namespace signalbox::gate
