// SPDX-License-Identifier: Apache-2.0
// A view that cannot keep up loses nothing and holds nobody up.
#include <gtest/gtest.h>

#include <latch>

#include "engine/event_feed.h"
#include "journal/store_fixture.h"

namespace signalbox::engine {
namespace {

using LiveFeedTest = journal::StoreTest;

TEST_F(LiveFeedTest, readsFromTheStoreWhatItWasTooSlowToHear) {
  constexpr std::size_t kMostQueued = 10;
  constexpr std::int64_t kRows = 3000;
  auto small_groups = options();
  small_groups.batch_rows = 20;
  const auto journal = open(small_groups);
  EventFeed feed({}, kMostQueued);
  ASSERT_TRUE(feed.start(*journal));
  journal->observe(&feed);
  std::latch listening(1), release(1);
  std::int64_t from = 0, heard = 0;
  bool in_order = true;
  {
    const auto slow = feed.listen([&, first = true](std::span<const domain::CommittedDecision> rows) mutable {
      for (const auto& row : rows) in_order &= row.seq == ++heard;
      if (!std::exchange(first, false)) return;
      listening.count_down();
      release.wait();
    }, from);
    journal->append(journal::decisionAt(wallNow()));
    listening.wait();
    for (std::int64_t i = 1; i < kRows; ++i) EXPECT_TRUE(journal->append(journal::decisionAt(wallNow())));
    journal->flush();  // would not end if the journal waited for the listener
    EXPECT_EQ(journal->status().rows, kRows);
    release.count_down();
    feed.settle();
  }
  EXPECT_EQ(heard, kRows);
  EXPECT_TRUE(in_order);
  EXPECT_EQ(feed.metrics(0, INT64_MAX, 0, 0).total.requests, kRows);
  EXPECT_EQ(feed.hub().seq(), kRows);
  feed.stop();
}

// A label has what was missed read from the store, past rows that still wait in the queue behind it.
TEST_F(LiveFeedTest, countsARowOnceThatALabelHadReadBeforeItsTurn) {
  constexpr std::size_t kMostQueued = 10;
  constexpr std::int64_t kRows = 60;
  auto single_rows = options();
  single_rows.batch_rows = 1;
  const auto journal = open(single_rows);
  EventFeed feed({}, kMostQueued);
  ASSERT_TRUE(feed.start(*journal));
  journal->observe(&feed);
  std::latch listening(1), release(1);
  std::int64_t from = 0, heard = 0;
  bool in_order = true;
  {
    const auto slow = feed.listen([&, first = true](std::span<const domain::CommittedDecision> rows) mutable {
      for (const auto& row : rows) in_order &= row.seq == ++heard;
      if (!std::exchange(first, false)) return;
      listening.count_down();
      release.wait();
    }, from);
    const auto graded = journal::decisionAt(wallNow());
    journal->append(graded);
    listening.wait();
    for (std::int64_t i = 1; i < kRows; ++i) {
      EXPECT_TRUE(journal->append(journal::decisionAt(wallNow())));
      journal->flush();
      if (i == 5) {
        std::latch stored(1);
        journal->addLabel({graded.id, wallNow(), 1.0, domain::LabelSource::Person, ""}, std::nullopt, [&](const auto&) { stored.count_down(); });
        stored.wait();
      }
    }
    release.count_down();
    feed.settle();
  }
  EXPECT_EQ(heard, kRows);
  EXPECT_TRUE(in_order);
  const auto total = feed.metrics(0, INT64_MAX, 0, 0).total;
  EXPECT_EQ(total.requests, kRows);
  EXPECT_EQ(total.graded, 1);
  feed.stop();
}

TEST_F(LiveFeedTest, countsAGradeOnceThatTheStoreHadBeforeItsDecisionWasReadAgain) {
  constexpr std::size_t kMostQueued = 10;
  auto small_groups = options();
  small_groups.batch_rows = 20;
  const auto journal = open(small_groups);
  EventFeed feed({}, kMostQueued);
  ASSERT_TRUE(feed.start(*journal));
  journal->observe(&feed);
  std::latch listening(1), release(1);
  std::int64_t from = 0;
  {
    const auto slow = feed.listen([&, first = true](auto) mutable {
      if (!std::exchange(first, false)) return;
      listening.count_down();
      release.wait();
    }, from);
    journal->append(journal::decisionAt(wallNow()));
    listening.wait();
    for (int i = 0; i < 500; ++i) journal->append(journal::decisionAt(wallNow()));
    const domain::Decision graded = journal::decisionAt(wallNow());
    journal->append(graded);
    journal->flush();
    for (const double score : {1.0, 0.0, 1.0}) {
      ASSERT_TRUE(journal::addLabel(*journal, {graded.id, wallNow(), score, domain::LabelSource::Person, ""}));
    }
    release.count_down();
    feed.settle();
  }
  EXPECT_EQ(feed.metrics(0, INT64_MAX, 0, 0).total.requests, 502);
  EXPECT_EQ(feed.metrics(0, INT64_MAX, 0, 0).total.graded, 1);
  EXPECT_EQ(feed.metrics(0, INT64_MAX, 0, 0).total.correct, 1);
  feed.stop();
}

}  // namespace
}  // namespace signalbox::engine
