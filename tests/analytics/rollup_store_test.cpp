// SPDX-License-Identifier: Apache-2.0
// The kept buckets agree with the rows themselves wherever they say so, whatever the order, the clock and the question.
#include <gmock/gmock.h>

#include <random>

#include "analytics/rollup.h"

namespace signalbox::analytics {
namespace {

constexpr WallMicros kSecond = 1'000'000;
constexpr WallMicros kHour = 3600 * kSecond;
constexpr WallMicros kYear = 365 * 24 * kHour;
constexpr WallMicros kStart = 1'700'006'400'000'000;  // a midnight in UTC

domain::Decision served(WallMicros ts) {
  domain::Decision d;
  d.id = Uuid::v7();
  d.ts = ts;
  d.start_tier = d.final_tier = "local";
  d.reason = domain::Reason::Cascade;
  d.latency_ms = 100;
  d.cost_usd = 0.001;
  return d;
}

std::int64_t requests(const RollupStore& store, WallMicros since, WallMicros until) {
  EXPECT_TRUE(store.covers(since, until, 0, 0));
  return store.query(since, until, 0, 0).total.requests;
}

TEST(RollupStoreTest, hasTheNewestDecisionAtOnce) {
  RollupStore store;
  store.add(served(kStart + 123'456));
  EXPECT_EQ(requests(store, kStart, kStart + 123'457), 1) << "until now";
  EXPECT_EQ(requests(store, 0, kStart + kHour), 1);
  EXPECT_FALSE(store.covers(kStart, kStart + 123'456, 0, 0)) << "in the middle of what is there";
}

TEST(RollupStoreTest, agreesWithTheRowsWhereverItSaysThatItDoes) {
  std::mt19937_64 random(4);
  const auto upTo = [&](WallMicros most) { return static_cast<WallMicros>(random() % static_cast<std::uint64_t>(most)); };
  RollupStore store;
  std::vector<domain::Decision> rows;
  const WallMicros span = 60 * kHour;
  for (int i = 0; i < 20'000; ++i) {
    rows.push_back(served(kStart + (i % 3 == 0 ? span - 2 * kHour + upTo(2 * kHour) : upTo(span))));
    store.add(rows.back());
  }
  std::ranges::sort(rows, {}, &domain::Decision::ts);
  int covered = 0;
  for (int i = 0; i < 3000; ++i) {
    static constexpr WallMicros kSteps[] = {1, kSecond, 60 * kSecond, 900 * kSecond};
    static constexpr WallMicros kBuckets[] = {0, 10 * kSecond, 60 * kSecond, kHour, 24 * kHour};
    const auto end = [&] {
      const WallMicros step = kSteps[random() % 4], at = kStart - kHour + upTo(span + 2 * kHour);
      return at - at % step;
    };
    const WallMicros a = end(), b = end(), since = std::min(a, b), bucket = kBuckets[random() % 5];
    const WallMicros until = random() % 4 == 0 ? rows.back().ts + 1 + upTo(kSecond) : std::max(a, b);
    if (!store.covers(since, until, bucket, 0)) continue;
    ++covered;
    RangeRollup expected(since, until, bucket, 0);
    for (auto at = std::ranges::lower_bound(rows, since, {}, &domain::Decision::ts); at != rows.end() && at->ts < until; ++at) {
      expected.add(*at);
    }
    const auto got = store.query(since, until, bucket, 0), want = expected.report();
    ASSERT_EQ(got.total.requests, want.total.requests) << since << " to " << until << " by " << bucket;
    ASSERT_EQ(got.buckets.size(), want.buckets.size());
    for (std::size_t n = 0; n < want.buckets.size(); ++n) ASSERT_EQ(got.buckets[n].requests, want.buckets[n].requests);
  }
  EXPECT_GT(covered, 500) << "else this test looks at nothing";
}

TEST(RollupStoreTest, takesAGradeBeforeItsDecisionAsOneThatCameAfter) {
  const domain::Decision old = served(kStart), late = served(kStart + kHour);
  RollupStore before, after;
  for (const auto& d : {old, late}) {
    before.regrade({d.id, d.ts, d.cost_usd, std::nullopt, 1.0});
    before.add(d);
    after.add(d);
    after.regrade({d.id, d.ts, d.cost_usd, std::nullopt, 1.0});
  }
  for (const RollupStore* store : {&before, &after}) {
    const auto total = store->query(0, kStart + 2 * kHour, 0, 0).total;
    EXPECT_EQ(total.requests, 2);
    EXPECT_EQ(total.graded, 2);
    EXPECT_EQ(total.accuracy.value, 1.0);
    EXPECT_DOUBLE_EQ(total.cost_per_correct.estimate.value, 0.001);
    EXPECT_EQ(store->query(kStart + kHour, kStart + kHour + kSecond, 0, 0).total.graded, 1);
  }
}

TEST(RollupStoreTest, isNotBlindedByADecisionWithAWrongClock) {
  RollupStore store;
  store.add(served(kStart + kYear));
  for (int i = 0; i < 100; ++i) store.add(served(kStart + i * kSecond));
  EXPECT_EQ(requests(store, kStart + 7 * kSecond, kStart + 8 * kSecond), 1) << "to the second";
  EXPECT_EQ(requests(store, kStart, kStart + kHour), 100);
  EXPECT_EQ(requests(store, kStart, kStart + 99 * kSecond + 1), 100) << "until now, in the middle of a second";
  EXPECT_EQ(requests(store, 0, kStart + 2 * kYear), 101) << "and where it says, it counts";
}

TEST(RollupStoreTest, forgetsWholeQuartersWithTheStore) {
  RollupStore store;
  for (int i = 0; i < 8; ++i) store.add(served(kStart + i * kHour / 4));
  store.forget(kStart + kHour + kSecond);
  EXPECT_EQ(requests(store, 0, kStart + kYear), 4);
  EXPECT_EQ(requests(store, 0, kStart + kHour), 0);
}

}  // namespace
}  // namespace signalbox::analytics
