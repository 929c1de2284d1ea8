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

TEST(MetricsSeriesTest, saysWhereWhatIsKeptBeginsAndComparesWithNoRangeThatIsDeletedInPart) {
  const auto router = std::make_shared<FakeRouter>();
  const WallMicros now = wallNow();
  for (int i = 0; i < 500; ++i) router->commit(router->make(now - 500 * kSecond + i * kSecond));
  Selection selection;
  selection.setRange(TimeRange::last(300));
  ConsoleClient client;
  client.attach(std::make_unique<FakeLink>(router));
  MetricsSeries series(client, selection, 300);
  series.wantComparisons();
  const auto ready = [&] { return series.state() == MetricsSeries::State::Ready && series.hasBaselines(); };
  series.start();
  ASSERT_TRUE(QTest::qWaitFor(ready));
  EXPECT_FALSE(series.keptSince());
  EXPECT_TRUE(series.previous());

  router->kept_since = now - 400 * kSecond;
  series.reload();
  ASSERT_TRUE(QTest::qWaitFor(ready));
  EXPECT_FALSE(series.keptSince()) << "all of the range is kept";
  EXPECT_FALSE(series.previous()) << "not all of the range before";

  router->kept_since = now - 200 * kSecond;
  series.reload();
  ASSERT_TRUE(QTest::qWaitFor(ready));
  EXPECT_EQ(series.keptSince(), router->kept_since);
}

// A series over the last five minutes that knows of a hundred requests.
class FollowedSeriesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 100; ++i) router->commit(router->make(wallNow() - 200 * kSecond + i * kSecond));
    selection.setRange(TimeRange::last(300));
    auto made = std::make_unique<FakeLink>(router);
    link = made.get();
    client.attach(std::move(made));
    series.wantComparisons();
    series.start();
    ASSERT_TRUE(QTest::qWaitFor([&] { return series.state() == MetricsSeries::State::Ready && series.hasBaselines(); }));
    ASSERT_EQ(series.total().requests, 100);
  }
  void tell(WallMicros since, std::int64_t requests) {
    control::MetricsDelta delta;
    delta.bucket.since = since;
    delta.bucket.until = since + 1;
    delta.bucket.requests = delta.bucket.routed = requests;
    for (const auto& [key, sink] : router->metrics) sink(delta);
  }
  std::shared_ptr<FakeRouter> router = std::make_shared<FakeRouter>();
  Selection selection;
  ConsoleClient client;
  FakeLink* link = nullptr;
  MetricsSeries series{client, selection, 300};
};

TEST_F(FollowedSeriesTest, keepsNothingOfTheRouterBefore) {
  client.attach(std::make_unique<FakeLink>(nullptr, QStringLiteral("dead one")));
  EXPECT_EQ(series.state(), MetricsSeries::State::Offline);
  EXPECT_EQ(series.total().requests, 0);
  EXPECT_TRUE(series.buckets().empty());
  EXPECT_FALSE(series.hasBaselines());
  EXPECT_TRUE(series.baselines().empty());
}

TEST_F(FollowedSeriesTest, showsNoTotalsOfAnotherRangeWhileItAsksOrWhenItIsRefused) {
  router->metrics_refusal = fail(ErrorCode::Io, "the store cannot be read").error();
  selection.setRange(TimeRange::last(3600));
  EXPECT_EQ(series.total().requests, 0);
  tell(wallNow() + kSecond, 3);
  ASSERT_TRUE(QTest::qWaitFor([&] { return series.state() == MetricsSeries::State::Failed; }));
  EXPECT_EQ(series.total().requests, 0) << "a delta does not make up for what was never answered";
}

TEST_F(FollowedSeriesTest, takesTheAnswerOfARouterThatNeedsLongerThanThePauseBetweenQuestions) {
  router->metrics_delay_ms = 2'500;
  QTimer busy;
  QObject::connect(&busy, &QTimer::timeout, &busy, [&] {
    router->commit(router->make(wallNow()));
    control::MetricsDelta graded;
    graded.bucket.since = wallNow() - 250 * kSecond;  // of what was queried already: it counts for nothing but that there is news
    graded.bucket.graded = 1;
    for (const auto& [key, sink] : router->metrics) sink(graded);
  });
  busy.start(100);
  EXPECT_TRUE(QTest::qWaitFor([&] { return series.total().cost_known > 100; }, 12'000)) << "the total never followed";
}

TEST_F(FollowedSeriesTest, keepsFewDeltasHoweverLongTheRouterDoesNotAnswer) {
  router->metrics_refusal = fail(ErrorCode::Io, "the store cannot be read").error();
  const WallMicros from = wallNow() + kSecond;
  std::int64_t sent = 0;
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 400; ++i, ++sent) tell(from + sent * 1000, 1);
    ASSERT_TRUE(QTest::qWaitFor([&] { return series.total().requests == 100 + sent; })) << "none is lost";
  }
  EXPECT_LE(series.waitingDeltas(), 512U);
}

TEST_F(FollowedSeriesTest, keepsWhatItHasWhileTheRouterIsAwayAndAsksWhenItIsBack) {
  link->setState(LinkState::Kind::Reconnecting, QStringLiteral("connection refused"));
  router->metrics_refusal = fail(ErrorCode::Unavailable, "not connected").error();
  series.stop();
  series.start();
  QCoreApplication::processEvents();
  EXPECT_EQ(series.state(), MetricsSeries::State::Ready);
  EXPECT_EQ(series.total().requests, 100);
  EXPECT_FALSE(series.buckets().empty());
  router->metrics_refusal.reset();
  router->commit(router->make(wallNow() - kSecond));
  link->setState(LinkState::Kind::Live);
  EXPECT_TRUE(QTest::qWaitFor([&] { return series.total().requests == 101; }));
}

TEST_F(FollowedSeriesTest, asksAnewWhereTheRangeChangedWhileItDidNotRun) {
  series.stop();
  selection.setRange(TimeRange::last(3600));
  link->setState(LinkState::Kind::Reconnecting, QStringLiteral("connection refused"));
  router->metrics_refusal = fail(ErrorCode::Unavailable, "not connected").error();
  series.start();
  EXPECT_TRUE(QTest::qWaitFor([&] { return series.state() == MetricsSeries::State::Failed; }));
  EXPECT_EQ(series.total().requests, 0);
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
