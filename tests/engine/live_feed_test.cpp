// SPDX-License-Identifier: Apache-2.0
// A view that cannot keep up loses nothing and holds nobody up.
#include <gtest/gtest.h>

#include <latch>

#include "engine/event_feed.h"
#include "journal/store_fixture.h"

namespace signalbox::engine {
namespace {

// A feed with a short queue, and one listener that hears the first row and then holds the feed up until it is let go.
class LiveFeedTest : public journal::StoreTest {
 protected:
  // A journal that commits so many rows at a time; its first row is written and heard.
  void begin(std::size_t batch_rows) {
    auto small_groups = options();
    small_groups.batch_rows = batch_rows;
    journal_ = open(small_groups);
    ASSERT_TRUE(feed.start(*journal_));
    journal_->observe(&feed);
    std::int64_t from = 0;
    slow = feed.listen([this, first = true](std::span<const domain::CommittedDecision> rows) mutable {
      for (const auto& row : rows) in_order &= row.seq == ++heard;
      if (!std::exchange(first, false)) return;
      listening.count_down();
      release.wait();
    }, from);
    first_id = append();
    listening.wait();
  }
  domain::DecisionId append() {
    const auto decision = journal::decisionAt(wallNow());
    EXPECT_TRUE(journal_->append(decision));
    return decision.id;
  }
  // Lets the listener go: all rows are heard once, in their order, and counted once; so many are graded, all as right.
  void expectAll(std::int64_t rows, std::int64_t right) {
    release.count_down();
    feed.settle();
    slow = {};
    EXPECT_EQ(heard, rows);
    EXPECT_TRUE(in_order);
    const auto total = feed.metrics(0, INT64_MAX, 0, 0).total;
    EXPECT_EQ(total.requests, rows);
    EXPECT_EQ(total.graded, right);
    EXPECT_EQ(total.correct, right);
    EXPECT_EQ(feed.hub().seq(), rows);
    feed.stop();
  }

  std::unique_ptr<journal::Journal> journal_;
  EventFeed feed{{}, 10};
  std::latch listening{1}, release{1};
  std::int64_t heard = 0;
  bool in_order = true;
  domain::DecisionId first_id;
  Subscription slow;
};

TEST_F(LiveFeedTest, readsFromTheStoreWhatItWasTooSlowToHear) {
  constexpr std::int64_t kRows = 3000;
  begin(20);
  for (std::int64_t i = 1; i < kRows; ++i) append();
  journal_->flush();  // would not end if the journal waited for the listener
  EXPECT_EQ(journal_->status().rows, kRows);
  expectAll(kRows, 0);
}

// A label has what was missed read from the store, past rows that still wait in the queue behind it.
TEST_F(LiveFeedTest, countsARowOnceThatALabelHadReadBeforeItsTurn) {
  constexpr std::int64_t kRows = 60;
  begin(1);
  for (std::int64_t i = 1; i < kRows; ++i) {
    append();
    journal_->flush();
    if (i == 5) {
      ASSERT_TRUE(journal::addLabel(*journal_, {first_id, wallNow(), 1.0, domain::LabelSource::Person, ""}));
    }
  }
  expectAll(kRows, 1);
}

TEST_F(LiveFeedTest, countsAGradeOnceThatTheStoreHadBeforeItsDecisionWasReadAgain) {
  constexpr std::int64_t kRows = 502;
  begin(20);
  domain::DecisionId last;
  for (std::int64_t i = 1; i < kRows; ++i) last = append();
  journal_->flush();
  for (const double score : {1.0, 0.0, 1.0}) {
    ASSERT_TRUE(journal::addLabel(*journal_, {last, wallNow(), score, domain::LabelSource::Person, ""}));
  }
  expectAll(kRows, 1);
}

}  // namespace
}  // namespace signalbox::engine
