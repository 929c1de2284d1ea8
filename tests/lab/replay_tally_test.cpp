// SPDX-License-Identifier: Apache-2.0
#include "lab/replay_tally.h"

#include <gmock/gmock.h>

namespace signalbox::lab {
namespace {

ReplayResult ended(ReplayStatus status, const std::string& error = "") {
  ReplayResult result;
  result.status = status;
  result.error = error;
  return result;
}

TEST(ReplayTallyTest, countsHowEachRequestEnded) {
  ReplayTally tally;
  for (const auto status : {ReplayStatus::Answered, ReplayStatus::Answered, ReplayStatus::NoRecord, ReplayStatus::UnknownPrompt}) tally.add(ended(status));
  tally.add(ended(ReplayStatus::Failed, "http_500"));
  tally.add(ended(ReplayStatus::Truncated, "truncated"));
  const ReplayCounts& c = tally.counts;
  EXPECT_EQ(c.ended, 6u);
  EXPECT_EQ(c.answered, 2u);
  EXPECT_EQ(c.no_record, 1u);
  EXPECT_EQ(c.unknown_prompt, 1u);
  EXPECT_THAT(c.errors, testing::ElementsAre(testing::Pair("http_500", 1u), testing::Pair("truncated", 1u)));
  EXPECT_EQ(tally.answered.summary("").p50_ms.n, 2) << "how long a failure took is no latency";
}

TEST(ReplayTallyTest, leavesPinnedAndCachedOutOfTheSplit) {
  ReplayTally tally;
  for (const char* reason : {"", "pinned"}) {
    for (const char* cache : {"", "none", "exact"}) {
      auto result = ended(ReplayStatus::Answered);
      result.tier = "local";
      result.reason = reason;
      result.cache = cache;
      tally.add(result);
    }
  }
  EXPECT_EQ(tally.routed, 2);
  EXPECT_EQ(tally.escalations_known, 0) << "a target that does not say escalated nothing that we know of";
}

// A run that goes round its file for days holds no more at its end than after its first round.
TEST(ReplayTallyTest, growsWithThePromptsAndNotWithTheRequests) {
  ReplayTally tally;
  for (std::size_t i = 0; i < 30'000; ++i) {
    auto result = ended(i % 2 ? ReplayStatus::Answered : ReplayStatus::Failed, "connection " + std::to_string(i));
    result.row = i % 7;
    result.model = "m";
    result.tier = "local";
    result.cost_usd = 0.5;
    result.text = std::string(1000, 'x');
    tally.add(result);
  }
  EXPECT_EQ(tally.prompts.size(), 7u);
  EXPECT_EQ(tally.answered_by.size(), 1u);
  EXPECT_LE(tally.counts.errors.size(), 101u);
  EXPECT_EQ(tally.counts.errors.at("other"), 15'000u - 100u);
  EXPECT_EQ(tally.answered.summary("").total_usd.value, 7500);
  EXPECT_EQ(tally.answered.summary("").requests, 15'000);
}

}  // namespace
}  // namespace signalbox::lab
