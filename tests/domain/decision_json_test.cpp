// SPDX-License-Identifier: Apache-2.0
#include "domain/decision_json.h"

#include <gmock/gmock.h>

namespace signalbox::domain {
namespace {

Decision sample() {
  Decision d;
  d.id = Uuid::v7();
  d.ts = 1'763'562'590'145'678;
  d.router = "north";
  d.workload = "tickets";
  d.turn = 3;
  d.stream = true;
  d.features = {{"chars", 812}, {"depth", 2}};
  d.policy = 7;
  d.override_rule = "domain finance";
  d.reason = Reason::EscalationFailed;
  d.confidence = 0.8125;
  d.verdict = Verdict::Review;
  d.cost_usd = 0;
  d.status = 200;
  d.score = 1;
  d.score_source = LabelSource::Judge;
  Attempt attempt;
  attempt.tier = "mid";
  attempt.ts = d.ts + 5;
  attempt.gate = 0.7;
  d.attempts = {attempt};
  return d;
}

TEST(DecisionJsonTest, isReadBackAsItWasWritten) {
  const Json json = decisionToJson(sample(), true);
  const auto read = decisionFromJson(json);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(decisionToJson(*read, true), json);
  EXPECT_EQ(read->attempts.at(0).gate, 0.7);
}

TEST(DecisionJsonTest, carriesTheContractsNamesAndWords) {
  const Json json = decisionToJson(sample());
  EXPECT_EQ(json["override"], "domain finance");
  EXPECT_EQ(json["reason"], "escalation_failed");
  EXPECT_EQ(json["ts"], "2025-11-19T14:29:50.145678Z");
  EXPECT_EQ(json["features"]["depth"], 2);
  EXPECT_FALSE(json.contains("attempts"));
}

TEST(DecisionJsonTest, tellsUnknownFromZero) {
  const Json json = decisionToJson(sample());
  EXPECT_EQ(json["cost_usd"], 0);
  EXPECT_TRUE(json["similarity"].is_null());
  EXPECT_TRUE(json["session"].is_null());
  EXPECT_FALSE(decisionFromJson(json)->similarity.has_value());
}

TEST(DecisionJsonTest, namesTheFieldOfTheWrongType) {
  Json json = decisionToJson(sample());
  json["latency_ms"] = "fast";
  const auto read = decisionFromJson(json);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().param, "latency_ms");
}

}  // namespace
}  // namespace signalbox::domain
