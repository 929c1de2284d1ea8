// SPDX-License-Identifier: Apache-2.0
#include "domain/where.h"

#include <gmock/gmock.h>

#include "domain/decision.h"

namespace signalbox::domain {
namespace {

Decision decision() {
  Decision d;
  d.id = Uuid::v7();
  d.ts = 1'700'000'000'000'000;
  d.final_tier = "mid";
  d.verdict = Verdict::Review;
  d.reason = Reason::Cascade;
  d.requested_model = "auto:Tickets";
  d.latency_ms = 120;
  d.stream = true;
  Attempt attempt;
  attempt.model = "gpt-4o-mini";
  d.attempts = {attempt};
  return d;
}

bool holds(const char* filter, const Decision& d) {
  const auto where = whereFromJson(Json::parse(filter));
  EXPECT_TRUE(where) << where.error().message;
  return where && matches(*where, d);
}

TEST(WhereTest, takesAValueAListOrItsNegation) {
  EXPECT_TRUE(holds(R"({"final_tier": "mid"})", decision()));
  EXPECT_TRUE(holds(R"({"final_tier": ["local", "mid"]})", decision()));
  EXPECT_FALSE(holds(R"({"final_tier": {"not": ["local", "mid"]}})", decision()));
  EXPECT_FALSE(holds(R"({"final_tier": "mid", "verdict": "accept"})", decision()));
}

TEST(WhereTest, comparesNumbersAndTimes) {
  EXPECT_TRUE(holds(R"({"latency_ms": {"ge": 120, "lt": 121}})", decision()));
  EXPECT_FALSE(holds(R"({"latency_ms": {"gt": 120}})", decision()));
  EXPECT_TRUE(holds(R"({"ts": {"ge": "2023-11-14T22:13:20Z"}})", decision()));
  EXPECT_FALSE(holds(R"({"ts": {"gt": "2023-11-14T22:13:20Z"}})", decision()));
}

TEST(WhereTest, neverTakesUnknownForZero) {
  EXPECT_FALSE(holds(R"({"cost_usd": {"le": 1}})", decision()));
  EXPECT_TRUE(holds(R"({"cost_usd": null})", decision()));
  EXPECT_FALSE(holds(R"({"cost_usd": {"not": null}})", decision()));
  EXPECT_TRUE(holds(R"({"workload": {"not": "tickets"}})", decision()));
}

TEST(WhereTest, searchesTextWithoutCase) {
  EXPECT_TRUE(holds(R"({"requested_model": {"contains": "tick"}})", decision()));
  EXPECT_TRUE(holds(R"({"text": "CASC"})", decision()));
  EXPECT_TRUE(holds(R"({"text": {"contains": "4o-mini"}})", decision()));
  EXPECT_FALSE(holds(R"({"text": "opus"})", decision()));
}

TEST(WhereTest, refusesWhatItCannotMeanAndNamesTheField) {
  for (const char* filter :
       {R"({"final_teir": "mid"})", R"({"verdict": "maybe"})", R"({"latency_ms": "fast"})", R"({"stream": 1})",
        R"({"final_tier": {"ge": "a"}})", R"({"latency_ms": {"between": 3}})", R"({"features": 1})", "[]"}) {
    const auto where = whereFromJson(Json::parse(filter));
    ASSERT_FALSE(where) << filter;
    EXPECT_EQ(where.error().code, ErrorCode::InvalidInput);
  }
  EXPECT_THAT(whereFromJson(Json::parse(R"({"final_teir": "mid"})")).error().message, testing::HasSubstr("'final_tier'"));
}

TEST(WhereTest, survivesTheWayThroughJson) {
  const Json json =
      Json::parse(R"({"final_tier": ["a", "b"], "latency_ms": {"ge": 1, "lt": 9}, "score": null, "text": {"contains": "x"},
                                    "verdict": {"not": ["accept"]}, "ts": {"ge": "2023-11-14T22:13:20.000000Z"}})");
  const auto where = whereFromJson(json);
  ASSERT_TRUE(where) << where.error().message;
  EXPECT_EQ(whereToJson(*where), json);
  EXPECT_EQ(*whereFromJson(whereToJson(*where)), *where);
}

}  // namespace
}  // namespace signalbox::domain
