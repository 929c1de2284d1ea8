// SPDX-License-Identifier: Apache-2.0
#include "models/metrics_series.h"

#include <gtest/gtest.h>

#include <QTest>
#include <cmath>

#include "models/control_limits.h"
#include "ui/fake_console.h"

namespace signalbox::ui {
namespace {
using testing::FakeLink;
using testing::FakeRouter;
constexpr WallMicros kSecond = 1'000'000;

TEST(MetricsSeriesTest, queriesTheRangeAndAddsWhatHappensAfterIt) {
  const auto router = std::make_shared<FakeRouter>();
  const WallMicros now = wallNow();
  for (int i = 0; i < 100; ++i) router->commit(router->make(now - 200 * kSecond + i * kSecond));
  Selection selection;
  selection.setRange(TimeRange::last(300));
  ConsoleClient client;
  client.attach(std::make_unique<FakeLink>(router));
  MetricsSeries series(client, selection, 300);
  series.start();
  ASSERT_TRUE(QTest::qWaitFor([&] { return series.state() == MetricsSeries::State::Ready; }));
  EXPECT_EQ(series.total().requests, 100);
  EXPECT_EQ(series.bucketLength(), kSecond);
  EXPECT_EQ(series.buckets().size(), 100u);

  control::MetricsDelta delta;
  delta.bucket.since = wallNow() + kSecond;  // after what the query covered
  delta.bucket.until = delta.bucket.since + kSecond;
  delta.bucket.requests = delta.bucket.routed = 4;
  delta.bucket.escalated = 1;
  delta.bucket.tiers["local"].requests = 4;
  for (const auto& [key, sink] : router->metrics) sink(delta);
  ASSERT_TRUE(QTest::qWaitFor([&] { return series.total().requests == 104; }));
  EXPECT_EQ(series.buckets().back().requests, 4);
  EXPECT_DOUBLE_EQ(series.total().escalation_rate.value, 1.0 / 104);
}

TEST(MetricsSeriesTest, countsNothingTwiceWhenADeltaReachesIntoTheQueriedPast) {
  const auto router = std::make_shared<FakeRouter>();
  router->commit(router->make(wallNow() - 10 * kSecond));
  Selection selection;
  ConsoleClient client;
  client.attach(std::make_unique<FakeLink>(router));
  MetricsSeries series(client, selection, 300);
  series.start();
  ASSERT_TRUE(QTest::qWaitFor([&] { return series.state() == MetricsSeries::State::Ready; }));
  control::MetricsDelta delta;
  delta.bucket.since = wallNow() - 30 * kSecond;
  delta.bucket.until = wallNow();
  delta.bucket.requests = 1;
  control::MetricsDelta later = delta;  // comes behind it, and counts
  later.bucket.since = wallNow() + 600 * kSecond;
  later.bucket.until = later.bucket.since + kSecond;
  later.bucket.requests = 40;
  for (const auto& [key, sink] : router->metrics) {
    sink(delta);
    sink(later);
  }
  ASSERT_TRUE(QTest::qWaitFor([&] { return series.total().requests >= 41; }));
  EXPECT_EQ(series.total().requests, 41);
  // The open end is asked for again and agrees.
  router->commit(router->make(wallNow()));
  ASSERT_TRUE(QTest::qWaitFor([&] { return series.total().requests == 42; }, 6000));
}

TEST(ControlLimitsTest, followTheSampleSizeAndWidenWithExtraVariation) {
  std::vector<ShareSample> calm, wild;
  for (int i = 0; i < 40; ++i) {
    calm.push_back({i % 2 ? 28 : 32, 1000});
    wild.push_back({i % 2 ? 5 : 55, 1000});
  }
  const auto quiet = laneyChart(calm), restless = laneyChart(wild);
  ASSERT_TRUE(quiet && restless);
  EXPECT_NEAR(quiet->centre, 0.03, 1e-12);
  EXPECT_GT(restless->upper[0] - restless->centre, quiet->upper[0] - quiet->centre);
  calm[3] = {0, 0};
  EXPECT_TRUE(std::isnan(laneyChart(calm)->upper[3]));
  EXPECT_FALSE(laneyChart({{1, 10}, {2, 10}}));
}

}  // namespace
}  // namespace signalbox::ui
