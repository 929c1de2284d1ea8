// SPDX-License-Identifier: Apache-2.0
#include "analytics/rollup.h"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

namespace signalbox::analytics {
namespace {

constexpr WallMicros kHour = 3'600'000'000;
constexpr WallMicros kDay = 24 * kHour;
constexpr WallMicros kStart = 1'700'006'400'000'000;  // a midnight in UTC

domain::Decision served(WallMicros ts, const char* tier = "local") {
  domain::Decision d;
  d.ts = ts;
  d.start_tier = d.final_tier = tier;
  d.reason = domain::Reason::Cascade;
  d.latency_ms = 100;
  d.cost_usd = 0.001;
  return d;
}

// Ten days of requests, uneven in every respect.
std::vector<domain::Decision> traffic(std::size_t n) {
  std::mt19937_64 random(7);
  std::vector<domain::Decision> out;
  for (std::size_t i = 0; i < n; ++i) {
    domain::Decision d = served(kStart + static_cast<WallMicros>(random() % (10 * kDay)), random() % 3 ? "local" : "frontier");
    d.escalations = random() % 5 == 0;
    d.latency_ms = std::exp(static_cast<double>(random() % 9000) / 1000);
    if (random() % 7 == 0) d.cost_usd.reset();
    if (random() % 11 == 0) d.reason = domain::Reason::Pinned;
    if (random() % 13 == 0) d.cache = domain::CacheKind::Exact;
    if (random() % 2) d.score = random() % 2;
    out.push_back(d);
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.ts < b.ts; });
  return out;
}

void expectSameSums(const domain::MetricsBucket& a, const domain::MetricsBucket& b) {
  EXPECT_EQ(a.requests, b.requests);
  EXPECT_EQ(a.routed, b.routed);
  EXPECT_EQ(a.escalated, b.escalated);
  EXPECT_EQ(a.cached, b.cached);
  EXPECT_EQ(a.graded, b.graded);
  EXPECT_EQ(a.cost_known, b.cost_known);
  EXPECT_NEAR(a.cost_usd, b.cost_usd, 1e-9);
  EXPECT_NEAR(a.correct, b.correct, 1e-9);
  EXPECT_EQ(a.tiers.size(), b.tiers.size());
}

TEST(RollupTest, leavesCachedLearnedPinnedShedAndRefusedOutOfTheRates) {
  domain::Decision cached = served(1), learned = served(2), pinned = served(3), shed = served(4), refused = served(5),
                   plain = served(6);
  cached.cache = domain::CacheKind::Semantic;
  learned.cache = domain::CacheKind::Learned;
  learned.reason = domain::Reason::Learned;
  pinned.reason = domain::Reason::Pinned;
  shed.outcome = domain::Outcome::Shed;
  refused.start_tier = refused.final_tier = "";
  refused.outcome = domain::Outcome::Error;
  plain.escalations = 2;
  Rollup rollup;
  for (const auto& d : {cached, learned, pinned, shed, refused, plain}) rollup.add(d);
  const auto bucket = rollup.report();
  EXPECT_EQ(bucket.requests, 6);
  EXPECT_EQ(bucket.routed, 1);
  EXPECT_EQ(bucket.escalated, 1);
  EXPECT_EQ(bucket.cached, 1);
  EXPECT_EQ(bucket.learned, 1);
  EXPECT_EQ(bucket.errors, 1);
  EXPECT_EQ(bucket.escalation_rate.n, 1);
  EXPECT_EQ(bucket.tiers.at("local").requests, 1);
}

TEST(RollupTest, keepsUnknownCostApartFromZero) {
  domain::Decision unknown = served(1), free = served(2);
  unknown.cost_usd.reset();
  free.cost_usd = 0;
  Rollup rollup;
  rollup.add(unknown);
  rollup.add(free);
  EXPECT_EQ(rollup.report().requests, 2);
  EXPECT_EQ(rollup.report().cost_known, 1);
  EXPECT_EQ(rollup.report().cost_per_correct.estimate.n, 0) << "nothing is graded";
}

TEST(RollupTest, movesAGradeWhenALabelComesLater) {
  domain::Decision d = served(1);
  Rollup late, early;
  late.add(d);
  late.regrade(d.cost_usd, std::nullopt, 0.0);
  late.regrade(d.cost_usd, 0.0, 1.0);
  d.score = 1.0;
  early.add(d);
  EXPECT_EQ(late.report().graded, 1);
  EXPECT_EQ(late.report().correct, 1.0);
  EXPECT_THAT(late.moments, testing::Pointwise(testing::DoubleNear(1e-12), early.moments));
}

TEST(RollupStoreTest, addsUpToTheSameWhateverTheBucketsAndTheZone) {
  const auto decisions = traffic(20'000);
  RollupStore store;
  Rollup all;
  for (const auto& d : decisions) store.add(d), all.add(d);
  const auto direct = all.report();
  for (const WallMicros offset : {WallMicros{0}, kHour, -5 * kHour - kHour / 2, 5 * kHour + 3 * kHour / 4}) {
    for (const WallMicros bucket : {WallMicros{0}, kHour, 4 * kHour, kDay}) {
      const auto report = store.query(kStart, kStart + 10 * kDay, bucket, offset);
      expectSameSums(report.total, direct);
      EXPECT_EQ(report.total.latency_ms.p95, direct.latency_ms.p95);
      if (bucket == 0) continue;
      domain::MetricsBucket sum;
      WallMicros at = kStart;
      for (const auto& each : report.buckets) {
        EXPECT_EQ(each.since, at) << "buckets leave no gap";
        at = each.until;
        sum.requests += each.requests;
        sum.graded += each.graded;
      }
      EXPECT_EQ(at, kStart + 10 * kDay);
      EXPECT_EQ(sum.requests, direct.requests);
      EXPECT_EQ(sum.graded, direct.graded);
    }
  }
}

TEST(RollupStoreTest, putsDaysWhereTheZoneHasItsMidnights) {
  RollupStore store;
  const WallMicros offset = 5 * kHour + kHour / 2;  // India
  const WallMicros midnight = kStart + kDay - offset;
  store.add(served(midnight - 1));
  store.add(served(midnight));
  store.add(served(kStart + 9 * kDay));
  ASSERT_TRUE(store.covers(kStart, kStart + 2 * kDay, kDay, offset));
  const auto report = store.query(kStart, kStart + 2 * kDay, kDay, offset);
  ASSERT_EQ(report.buckets.size(), 3u);
  EXPECT_EQ(report.buckets[0].until, midnight);
  EXPECT_EQ(report.buckets[0].requests, 1);
  EXPECT_EQ(report.buckets[1].requests, 1);
  EXPECT_EQ(report.buckets[2].requests, 0);
}

TEST(RollupStoreTest, isExactToTheSecondForTheLastHour) {
  RollupStore store;
  Rollup expected;
  const WallMicros now = kStart + kDay;
  for (int i = 0; i < 7200; ++i) {
    const auto d = served(now - WallMicros{7200 - i} * 500'000);
    store.add(d);
    if (d.ts >= now - 600'000'000 && d.ts < now - 60'000'000) expected.add(d);
  }
  const auto report = store.query(now - 600'000'000, now - 60'000'000, 10'000'000, 0);
  EXPECT_TRUE(store.covers(now - 600'000'000, now - 60'000'000, 10'000'000, 0));
  EXPECT_EQ(report.total.requests, expected.sums.requests);
  EXPECT_EQ(report.buckets.size(), 54u);
  for (const auto& bucket : report.buckets) EXPECT_EQ(bucket.requests, 20);
  EXPECT_FALSE(store.covers(now - 600'000'000 + 1, now, 0, 0)) << "cuts a second in two";
  EXPECT_TRUE(store.covers(kStart + 1, now, 0, 0)) << "cuts a piece in which nothing is";
}

TEST(RangeRollupTest, agreesWithTheStoreOverTheSameRows) {
  const auto decisions = traffic(5'000);
  RollupStore store;
  RangeRollup range(kStart + kDay, kStart + 8 * kDay, kDay, kHour);
  for (const auto& d : decisions) store.add(d), range.add(d);
  const auto a = store.query(kStart + kDay, kStart + 8 * kDay, kDay, kHour);
  const auto b = range.report();
  expectSameSums(a.total, b.total);
  ASSERT_EQ(a.buckets.size(), b.buckets.size());
  for (std::size_t i = 0; i < a.buckets.size(); ++i) expectSameSums(a.buckets[i], b.buckets[i]);
}

TEST(LatencySketchTest, isWithinOnePercentOfTheExactQuantile) {
  std::mt19937_64 random(3);
  std::lognormal_distribution<double> wide(4, 2);
  std::vector<double> values;
  LatencySketch whole, halves[2];
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(wide(random));
    whole.add(values.back());
    halves[i % 2].add(values.back());
  }
  halves[0].merge(halves[1]);
  std::sort(values.begin(), values.end());
  for (const double q : {0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999}) {
    const double exact = values[static_cast<std::size_t>(std::ceil(q * 20'000)) - 1];
    EXPECT_NEAR(*whole.quantile(q), exact, exact * 0.0101) << q;
    EXPECT_EQ(halves[0].quantile(q), whole.quantile(q)) << "merging loses nothing";
  }
  EXPECT_FALSE(LatencySketch().quantile(0.5).has_value());
}

}  // namespace
}  // namespace signalbox::analytics
