// SPDX-License-Identifier: Apache-2.0
#include "analytics/outcome_table.h"

#include <gmock/gmock.h>

namespace signalbox::analytics {
namespace {

// weak: cheap and right half the time; strong: dear and right but for the last.
OutcomeTable table() {
  OutcomeTable t{{"weak", "strong"}, {}};
  for (int i = 0; i < 4; ++i) t.rows.push_back({{i % 2 ? 1.0 : 0.0, 1.0, 10.0}, {i == 3 ? 0.0 : 1.0, 10.0, 50.0}});
  return t;
}

TEST(OutcomeTableTest, tellsTheCheapestFromTheBest) {
  EXPECT_EQ(cheapestModel(table()), 0u);
  EXPECT_EQ(bestSingleModel(table()), 1u);
  EXPECT_EQ(cheapestModel({{"a"}, {{Outcome{}}}}), std::nullopt);
  const Outcome priced{{}, 2.0, {}};
  EXPECT_EQ(cheapestModel({{"a", "b"}, {{Outcome{}, priced}}}), std::nullopt) << "a comes first, and may cost less";
  EXPECT_EQ(cheapestModel({{"a", "b"}, {{priced, Outcome{}}}}), 0u);
}

TEST(OutcomeTableTest, letsTheOracleTakeTheCheapestThatIsRight) {
  const auto best = oracle(table());
  EXPECT_EQ(best[0].cost_usd, 10.0);
  EXPECT_EQ(best[1].cost_usd, 1.0);
  const auto summary = summarize("oracle", best);
  EXPECT_EQ(summary.accuracy.value, 1.0);
  EXPECT_EQ(summary.total_usd.value, 22.0);
  EXPECT_EQ(summary.cost_per_correct.estimate.value, 5.5);
}

std::vector<Outcome> spending(double each) { return std::vector<Outcome>(4, Outcome{{}, each, {}}); }

TEST(OutcomeTableTest, splitsAtRandomForTheSameMoney) {
  const auto split = randomSplit(table(), 0, 1, spending(13.0 / 4));  // a quarter of the way from 4 to 40
  ASSERT_TRUE(split);
  EXPECT_NEAR(split->strong_share, 0.25, 1e-12);
  const auto summary = summarize("random", split->outcomes);
  EXPECT_NEAR(summary.total_usd.value, 13.0, 1e-12);
  EXPECT_NEAR(summary.accuracy.value, 0.75 * 0.5 + 0.25 * 0.75, 1e-12);
  EXPECT_FALSE(randomSplit(table(), 0, 1, spending(41.0 / 4))) << "no split costs more than the dearest";
  EXPECT_FALSE(randomSplit(table(), 0, 1, std::vector<Outcome>(4))) << "nor is there one for a cost that is not known";
}

TEST(OutcomeTableTest, leavesUnknownOutAndSaysHowMuchWasGraded) {
  const std::vector<Outcome> some{{1.0, 2.0, {}}, {{}, 3.0, {}}, {0.0, {}, {}}, {}};
  const auto summary = summarize("ours", some);
  EXPECT_EQ(summary.requests, 4);
  EXPECT_EQ(summary.accuracy.n, 2);
  EXPECT_EQ(summary.accuracy.value, 0.5);
  EXPECT_EQ(summary.total_usd.n, 2);
  EXPECT_EQ(summary.total_usd.value, 5.0);
  EXPECT_EQ(summary.cost_per_correct.estimate.value, 2.0) << "cost and correctness of the same requests";
  EXPECT_EQ(summary.cost_per_correct.graded_share, 0.5);
  EXPECT_EQ(summary.p50_ms.n, 0);
}

TEST(OutcomeTableTest, comparesTheSameRequests) {
  auto ours = alwaysModel(table(), 0);
  EXPECT_NEAR(correctDifference(ours, alwaysModel(table(), 1)).value, -0.25, 1e-12);
  ours.front().correct.reset();
  const auto difference = correctDifference(ours, alwaysModel(table(), 1));
  EXPECT_NEAR(difference.value, 0, 1e-12);
  EXPECT_EQ(difference.n, 3);
}

TEST(OutcomeTableTest, resamplesWholeSessions) {
  std::vector<Outcome> ours, other(200, Outcome{0.0, {}, {}});
  std::vector<std::string> sessions;
  for (int i = 0; i < 200; ++i) {
    ours.push_back({i < 100 ? 1.0 : 0.0, {}, {}});
    sessions.push_back(std::to_string(i / 20));  // ten sessions that are all right or all wrong
  }
  const auto apart = correctDifference(ours, other), together = correctDifference(ours, other, sessions);
  EXPECT_EQ(apart.value, together.value);
  EXPECT_EQ(together.n, 200);
  EXPECT_GT(together.hi - together.lo, 2 * (apart.hi - apart.lo));
}

}  // namespace
}  // namespace signalbox::analytics
