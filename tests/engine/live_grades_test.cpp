// SPDX-License-Identifier: Apache-2.0
// Grades that come together are counted once, by the best of them.
#include <gtest/gtest.h>

#include <latch>

#include "engine/control_socket_fixture.h"

namespace signalbox::engine {
namespace {

class LiveGradesTest : public ControlSocketTest {
 protected:
  domain::MetricsBucket total() { return feed_.metrics(0, INT64_MAX, 0, 0).total; }
  // All of these labels are in the store before the feed hears of the first.
  void gradeAtOnce(const std::vector<domain::Label>& labels) {
    std::latch listening(1), release(1);
    std::int64_t from = 0;
    {
      const auto blocked = feed_.listen([&](auto) {
        listening.count_down();
        release.wait();
      }, from);
      journal_->append(journal::decisionAt(wallNow()));
      listening.wait();
      for (const auto& label : labels) EXPECT_TRUE(journal::addLabel(*journal_, label));
      release.count_down();
      feed_.settle();
    }
  }
};

TEST_F(LiveGradesTest, twoOfOneDecisionAreOneGrade) {
  const auto id = record("local").id;
  const WallMicros now = wallNow();
  gradeAtOnce({{id, now, 0.5, domain::LabelSource::File, ""}, {id, now + 1, 1.0, domain::LabelSource::Person, ""}});
  EXPECT_EQ(total().graded, 1);
  EXPECT_EQ(total().correct, 1);
}

TEST_F(LiveGradesTest, aLaterOneReplacesTheEarlier) {
  const auto id = record("local").id;
  gradeAtOnce({{id, wallNow(), 1.0, domain::LabelSource::Person, ""}});
  EXPECT_EQ(total().correct, 1);
  gradeAtOnce({{id, wallNow(), 0.0, domain::LabelSource::Person, ""}, {id, wallNow(), 1.0, domain::LabelSource::File, ""}});
  EXPECT_EQ(total().graded, 1);
  EXPECT_EQ(total().correct, 0);
}

// What people grade are the newest decisions, which a router that has just started reads last.
TEST_F(LiveGradesTest, givenWhileEarlierDecisionsAreStillReadAreKept) {
  constexpr int kRows = 20'000, kGrades = 20;
  std::vector<domain::DecisionId> newest;
  for (int i = 0; i < kRows; ++i) {
    const domain::Decision decision = journal::decisionAt(wallNow());
    if (i >= kRows - kGrades) newest.push_back(decision.id);
    journal_->append(decision);
  }
  journal_->flush();
  EventFeed started;
  journal_->observe(&started);
  ASSERT_TRUE(started.start(*journal_));
  for (const auto& id : newest) ASSERT_TRUE(journal::addLabel(*journal_, {id, wallNow(), 1.0, domain::LabelSource::Person, ""}));
  const SteadyTime asked = steadyNow();
  while (!started.warm()) ASSERT_LT(steadyNow() - asked, patient(std::chrono::seconds(30)));
  started.settle();
  const auto graded = started.metrics(0, INT64_MAX, 0, 0).total;
  EXPECT_EQ(graded.requests, kRows);
  EXPECT_EQ(graded.graded, kGrades);
  EXPECT_EQ(graded.accuracy.n, kGrades);
  journal_->observe(&feed_);
  started.stop();
}

}  // namespace
}  // namespace signalbox::engine
