// SPDX-License-Identifier: Apache-2.0
#include "control/event_hub.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>

#include "patience.h"

namespace signalbox::control {
namespace {

HubOptions quick() {
  HubOptions options;
  options.pace = std::chrono::milliseconds(1);
  return options;
}

domain::CommittedRows rows(std::int64_t first, std::int64_t last, const char* tier = "local") {
  std::vector<domain::CommittedDecision> made;
  for (std::int64_t seq = first; seq <= last; ++seq) {
    domain::CommittedDecision row;
    row.seq = seq;
    row.decision.id = Uuid::v7();
    row.decision.final_tier = tier;
    made.push_back(std::move(row));
  }
  return std::make_shared<const std::vector<domain::CommittedDecision>>(std::move(made));
}

// Collects what a subscriber hears.
class Listener {
 public:
  Sink<DecisionBatch> sink() {
    return [this](Result<DecisionBatch> batch) {
      ASSERT_TRUE(batch);
      const std::lock_guard lock(mutex_);
      for (const auto& row : batch->items) seqs_.push_back(row.seq);
      dropped_ += batch->dropped;
      seq_ = batch->seq;
      ++batches_;
      heard_.notify_all();
    };
  }
  void awaitSeq(std::int64_t seq) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(heard_.wait_for(lock, patient(std::chrono::seconds(20)), [&] { return seq_ >= seq; })) << "heard up to " << seq_;
  }
  std::vector<std::int64_t> seqs() { const std::lock_guard lock(mutex_); return seqs_; }
  std::int64_t dropped() { const std::lock_guard lock(mutex_); return dropped_; }
  int batches() { const std::lock_guard lock(mutex_); return batches_; }

 private:
  std::mutex mutex_;
  std::condition_variable heard_;
  std::vector<std::int64_t> seqs_;
  std::int64_t dropped_ = 0, seq_ = 0;
  int batches_ = 0;
};

domain::Where tierIs(const char* tier) { return domain::whereFromJson({{"final_tier", tier}}).value(); }

TEST(EventHubTest, bringsMatchingDecisionsInOrderAndNoOthers) {
  EventHub hub(quick());
  Listener listener;
  const auto subscription = hub.hold(tierIs("local"), listener.sink()).start();
  hub.publish(rows(1, 3));
  hub.publish(rows(4, 5, "frontier"));
  hub.publish(rows(6, 6));
  listener.awaitSeq(6);
  EXPECT_EQ(listener.seqs(), (std::vector<std::int64_t>{1, 2, 3, 6}));
  EXPECT_EQ(listener.dropped(), 0);
  EXPECT_EQ(hub.seq(), 6);
}

TEST(EventHubTest, keepsWhatComesWhileASubscriberReadsItsPast) {
  EventHub hub(quick());
  hub.startAt(40);
  hub.publish(rows(41, 45));
  Listener listener;
  auto held = hub.hold({}, listener.sink());
  EXPECT_EQ(held.seq(), 45) << "up to here the opener reads the store";
  hub.publish(rows(46, 48));
  EXPECT_EQ(listener.batches(), 0);
  const auto subscription = std::move(held).start();
  hub.publish(rows(49, 49));
  listener.awaitSeq(49);
  EXPECT_EQ(listener.seqs(), (std::vector<std::int64_t>{46, 47, 48, 49}));
}

TEST(EventHubTest, countsWhatASlowSubscriberLosesAndKeepsTheNewest) {
  HubOptions options = quick();
  options.most_queued = 10;
  EventHub hub(options);
  Listener listener;
  auto held = hub.hold({}, listener.sink());
  hub.publish(rows(1, 25));
  const auto subscription = std::move(held).start();
  listener.awaitSeq(25);
  EXPECT_EQ(listener.dropped(), 15);
  EXPECT_EQ(listener.seqs(), (std::vector<std::int64_t>{16, 17, 18, 19, 20, 21, 22, 23, 24, 25}));
}

TEST(EventHubTest, bringsAtMostOneBatchOfBoundedSizeEachPace) {
  HubOptions options = quick();
  options.most_in_batch = 4;
  EventHub hub(options);
  Listener listener;
  auto held = hub.hold({}, listener.sink());
  hub.publish(rows(1, 9));
  const auto subscription = std::move(held).start();
  listener.awaitSeq(9);
  EXPECT_EQ(listener.batches(), 1);
  EXPECT_EQ(listener.seqs().size() + static_cast<std::size_t>(listener.dropped()), 9u) << "every decision is sent or counted";
}

TEST(EventHubTest, callsNoSinkAfterItsSubscriptionHasGone) {
  EventHub hub(quick());
  for (int round = 0; round < 50; ++round) {
    std::atomic<bool> gone{false}, called_after{false};
    auto subscription = hub.hold({}, [&](Result<DecisionBatch>) {
      if (gone) called_after = true;
    }).start();
    hub.publish(rows(round * 10 + 1, round * 10 + 10));
    subscription.reset();
    gone = true;
    hub.publish(rows(round * 10 + 11, round * 10 + 11));
    EXPECT_FALSE(called_after);
  }
  EXPECT_EQ(hub.subscribers(), 0u);
}

TEST(EventHubTest, letsASubscriberLeaveFromInsideItsSink) {
  EventHub hub(quick());
  Subscription subscription;
  std::atomic<int> calls{0};
  std::mutex mutex;
  {
    const std::lock_guard lock(mutex);
    subscription = hub.hold({}, [&](Result<DecisionBatch>) {
      const std::lock_guard inner(mutex);
      ++calls;
      subscription.reset();
    }).start();
  }
  hub.publish(rows(1, 1));
  while (hub.subscribers() > 0) std::this_thread::yield();
  Listener other;
  const auto second = hub.hold({}, other.sink()).start();
  hub.publish(rows(2, 2));
  other.awaitSeq(2);
  EXPECT_EQ(calls, 1);
}

TEST(EventHubTest, losesNothingUncountedUnderManyPublishesAndSubscribers) {
  EventHub hub(quick());
  constexpr std::int64_t kRows = 20'000;
  std::vector<std::unique_ptr<Listener>> listeners;
  std::vector<Subscription> subscriptions;
  for (int i = 0; i < 4; ++i) {
    listeners.push_back(std::make_unique<Listener>());
    subscriptions.push_back(hub.hold({}, listeners.back()->sink()).start());
  }
  std::thread publisher([&] {
    for (std::int64_t seq = 1; seq <= kRows; seq += 100) hub.publish(rows(seq, seq + 99));
  });
  publisher.join();
  for (const auto& listener : listeners) {
    listener->awaitSeq(kRows);
    const auto seqs = listener->seqs();
    EXPECT_EQ(static_cast<std::int64_t>(seqs.size()) + listener->dropped(), kRows);
    EXPECT_TRUE(std::ranges::is_sorted(seqs));
  }
}

}  // namespace
}  // namespace signalbox::control
