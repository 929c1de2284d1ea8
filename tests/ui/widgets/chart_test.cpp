// SPDX-License-Identifier: Apache-2.0
#include "widgets/time_series_view.h"

#include <gtest/gtest.h>

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <random>

#include "ui/widgets/support.h"
#include "widgets/chart_columns.h"
#include "widgets/chart_model.h"
#include "widgets/chart_scale.h"

namespace signalbox::ui {
namespace {

constexpr qint64 kSecond = 1'000'000, kHour = 3600 * kSecond;

struct Data {
  std::vector<qint64> times;
  std::vector<double> values;
};

Data noise(std::size_t n, unsigned seed, double gaps = 0) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(10, 3);
  std::uniform_real_distribution<double> uniform(0, 1);
  Data data;
  for (std::size_t i = 0; i < n; ++i) {
    data.times.push_back(static_cast<qint64>(i) * kSecond + static_cast<qint64>(uniform(random) * 500'000));
    data.values.push_back(uniform(random) < gaps ? kNoValue : uniform(random) < 0.001 ? normal(random) * 50 : normal(random));
  }
  return data;
}

TEST(SampleSetTest, summarisesAnyWindowAsOneByOneWould) {
  const Data data = noise(5000, 1, 0.05);
  const SampleSet set(data.times, data.values);
  std::mt19937 random(2);
  for (int round = 0; round < 500; ++round) {
    std::size_t a = random() % 5000, b = random() % 5001;
    if (a > b) std::swap(a, b);
    double low = INFINITY, high = -INFINITY, sum = 0;
    qint64 n = 0;
    for (std::size_t i = a; i < b; ++i)
      if (std::isfinite(data.values[i])) low = std::min(low, data.values[i]), high = std::max(high, data.values[i]), sum += data.values[i], ++n;
    const Column column = set.columnOf(a, b);
    ASSERT_EQ(column.n, n);
    if (n == 0) continue;
    ASSERT_EQ(column.min, low);
    ASSERT_EQ(column.max, high);
    ASSERT_NEAR(column.mean, sum / double(n), 1e-9);
  }
}

TEST(ChartColumnsTest, neverSkipsAnExtremeAndNeverExceedsItsColumns) {
  for (const unsigned seed : {3U, 4U, 5U}) {
    const Data data = noise(200'000, seed, 0.01);
    const SampleSet set(data.times, data.values);
    const qint64 since = 12'345 * kSecond, until = 187'654 * kSecond;
    for (const int columns : {1, 7, 333, 1000}) {
      const PlotPoints points = plotPoints(set, since, until, columns);
      ASSERT_TRUE(points.condensed);
      ASSERT_LE(points.at.size(), static_cast<std::size_t>(columns));
      double low = INFINITY, high = -INFINITY, shownLow = INFINITY, shownHigh = -INFINITY;
      for (std::size_t i = set.lowerBound(since); i < set.lowerBound(until); ++i)
        if (std::isfinite(data.values[i])) low = std::min(low, data.values[i]), high = std::max(high, data.values[i]);
      for (const PlotPoint& p : points.at) shownLow = std::min(shownLow, p.min), shownHigh = std::max(shownHigh, p.max);
      EXPECT_EQ(shownLow, low);
      EXPECT_EQ(shownHigh, high);
    }
  }
}

TEST(ChartColumnsTest, showsTheSamplesThemselvesWhenTheyFit) {
  const SampleSet set({0, kSecond, 2 * kSecond, 3 * kSecond}, {1, 2, kNoValue, 4});
  const PlotPoints points = plotPoints(set, 0, 4 * kSecond, 100);
  ASSERT_EQ(points.at.size(), 3U);
  EXPECT_FALSE(points.condensed);
  EXPECT_NEAR(points.at[1].position, 25, 1e-9);
  EXPECT_FALSE(points.at[1].breakBefore);
  EXPECT_TRUE(points.at[2].breakBefore);
}

TEST(ChartScaleTest, choosesRoundEndsAroundTheValues) {
  const ValueTicks ticks = linearTicks(0, 0.0587, 3, 6);
  EXPECT_EQ(ticks.lo, 0);
  EXPECT_GE(ticks.hi, 0.0587);
  EXPECT_GE(ticks.at.size(), 3U);
  EXPECT_LE(ticks.at.size(), 7U);
  const ValueTicks shares = linearTicks(0, 1, 3, 5);
  ASSERT_EQ(shares.at.size(), 5U);
  EXPECT_NEAR(shares.at[1], 0.25, 1e-12);
}

TEST(ChartScaleTest, marksOneTwoFiveOfEveryDecade) {
  const std::vector<double> ticks = logTicks(60, 5000, 8);
  const std::vector<double> expected{100, 200, 500, 1000, 2000, 5000};
  ASSERT_EQ(ticks.size(), expected.size());
  for (std::size_t i = 0; i < ticks.size(); ++i) EXPECT_NEAR(ticks[i], expected[i], 1e-6);
}

TEST(ChartScaleTest, putsTimesOnTheClockOfTheZone) {
  const QTimeZone berlin("Europe/Berlin");
  const qint64 since = QDateTime({2026, 11, 18}, {15, 30}, Qt::UTC).toMSecsSinceEpoch() * 1000;
  const std::vector<TimeTick> ticks = timeTicks(since, since + 24 * kHour, 8, berlin);
  ASSERT_GE(ticks.size(), 7U);
  int days = 0;
  for (const TimeTick& tick : ticks) {
    const QDateTime local = QDateTime::fromMSecsSinceEpoch(tick.at / 1000, berlin);
    EXPECT_EQ(local.time().hour() % 3, 0);
    EXPECT_EQ(local.time().minute(), 0);
    days += tick.dayChange;
    EXPECT_EQ(tick.dayChange, local.time() == QTime(0, 0));
  }
  EXPECT_EQ(days, 1);
}

TEST(ChartScaleTest, keepsToTheClockWhenDaylightSavingEnds) {
  const QTimeZone berlin("Europe/Berlin");
  const qint64 since = QDateTime({2026, 10, 24}, {12, 0}, berlin).toMSecsSinceEpoch() * 1000;
  qint64 last = 0;
  for (const TimeTick& tick : timeTicks(since, since + 30 * kHour, 8, berlin)) {
    EXPECT_GT(tick.at, last);
    last = tick.at;
    EXPECT_EQ(QDateTime::fromMSecsSinceEpoch(tick.at / 1000, berlin).time().hour() % 6, 0);
  }
}

class TimeSeriesViewTest : public ::testing::Test {
 protected:
  TimeSeriesViewTest() {
    std::vector<qint64> times;
    std::vector<double> values;
    for (int i = 0; i < 60; ++i) times.push_back(i * 60 * kSecond), values.push_back(i);
    for (TimeSeriesView* view : {&first, &second}) {
      view->resize(500, 230);
      view->setCursor(&cursor);
      view->setTitle(QStringLiteral("Latency"));
      view->setRange(0, kHour);
      view->setState(ChartState::Ready);
      view->setSeries({{QStringLiteral("p95"), std::make_shared<SampleSet>(times, values)}});
      view->show();
    }
  }
  ChartCursor cursor;
  TimeSeriesView first, second;
};

TEST_F(TimeSeriesViewTest, movesTheSharedCursorByKeysSampleBySample) {
  QTest::keyClick(&first, Qt::Key_Home);
  ASSERT_TRUE(cursor.time());
  EXPECT_EQ(*cursor.time(), 0);
  QTest::keyClick(&second, Qt::Key_Right);
  EXPECT_EQ(*cursor.time(), 60 * kSecond);
  QTest::keyClick(&first, Qt::Key_End);
  EXPECT_EQ(*cursor.time(), 59 * 60 * kSecond);
  QTest::keyClick(&first, Qt::Key_Escape);
  EXPECT_FALSE(cursor.time());
}

TEST_F(TimeSeriesViewTest, zoomsByDraggingAndGoesBackByDoubleClick) {
  QSignalSpy chosen(&cursor, &ChartCursor::rangeChosen), back(&cursor, &ChartCursor::backRequested);
  QTest::mousePress(&first, Qt::LeftButton, {}, {150, 120});
  QTest::mouseMove(&first, {300, 120});
  EXPECT_TRUE(cursor.brush());
  QTest::mouseRelease(&first, Qt::LeftButton, {}, {300, 120});
  ASSERT_EQ(chosen.count(), 1);
  EXPECT_LT(chosen[0][0].toLongLong(), chosen[0][1].toLongLong());
  EXPECT_FALSE(cursor.brush());
  QTest::mouseDClick(&first, Qt::LeftButton, {}, {200, 120});
  EXPECT_EQ(back.count(), 1);
}

TEST_F(TimeSeriesViewTest, sharesMarginsSoThatTimeLinesUp) {
  const ChartMargins before = cursor.margins();
  Series wide = second.series().front();
  wide.name = QStringLiteral("a name that is much longer than the other");
  second.setSeries({wide});
  EXPECT_GT(cursor.margins().right, before.right);
}

TEST_F(TimeSeriesViewTest, tellsScreenReadersItsValuesOrWhyThereAreNone) {
  EXPECT_TRUE(first.accessibleDescription().contains(QStringLiteral("p95")));
  first.setState(ChartState::Empty, QStringLiteral("No requests yet"), QStringLiteral("Send a test request"));
  EXPECT_EQ(first.accessibleDescription(), QStringLiteral("No requests yet"));
}

TEST(ChartModelTest, inventsNoAxisWhereNothingIsKnown) {
  const Metrics m = Metrics::of(QApplication::font());
  ChartModel model;
  model.since = 0, model.until = kHour;
  model.kind = PlotKind::StackedBars;
  model.barWidth = kHour / 10;
  EXPECT_TRUE(layoutOf(model, {400, 200}, m, {}).blank);
  model.kind = PlotKind::Lines;
  model.axis.scale = ValueScale::Logarithmic;
  EXPECT_TRUE(layoutOf(model, {400, 200}, m, {}).blank);
  Series one;
  one.data = std::make_shared<SampleSet>(std::vector<qint64>{kSecond}, std::vector<double>{12.0});
  model.series = {one};
  EXPECT_FALSE(layoutOf(model, {400, 200}, m, {}).blank);
}

TEST_F(TimeSeriesViewTest, zoomsByKeyAroundTheCursor) {
  QSignalSpy chosen(&cursor, &ChartCursor::rangeChosen);
  QTest::keyClick(&first, Qt::Key_Plus);
  ASSERT_EQ(chosen.count(), 1);
  const qint64 since = chosen[0][0].toLongLong(), until = chosen[0][1].toLongLong();
  EXPECT_EQ(until - since, (first.until() - first.since()) / 2);
  EXPECT_GE(since, first.since());
  EXPECT_LE(until, first.until());
}

TEST_F(TimeSeriesViewTest, drawsGapsAndStaleDataUnlikeFreshData) {
  const QImage fresh = test::picture(first);
  first.setGaps({{10 * 60 * kSecond, 20 * 60 * kSecond}});
  const QImage gap = test::picture(first);
  EXPECT_NE(fresh, gap);
  first.setGaps({});
  first.setState(ChartState::Stale, {}, {}, 50 * 60 * kSecond);
  EXPECT_NE(fresh, test::picture(first));
}

TEST_F(TimeSeriesViewTest, drawsADotWhereASampleStandsAlone) {
  first.resize(600, 300);
  first.setRange(0, 100 * kSecond);
  ValueAxis axis;
  axis.min = 0, axis.max = 10;
  first.setAxis(axis);
  const auto shown = [&](std::vector<double> values) {
    std::vector<qint64> times;
    for (std::size_t i = 0; i < values.size(); ++i) times.push_back((40 + 10 * static_cast<qint64>(i)) * kSecond);
    first.setSeries({{QString(), std::make_shared<SampleSet>(std::move(times), std::move(values))}});
    return test::picture(first);
  };
  const QImage none = shown({kNoValue, kNoValue, kNoValue}), alone = shown({kNoValue, 5, kNoValue});
  int ink = 0;
  for (int x = 0; x < none.width(); ++x)
    for (int y = 0; y < none.height(); ++y) ink += none.pixel(x, y) != alone.pixel(x, y) ? 1 : 0;
  EXPECT_GE(ink, 9) << "a lone sample is seen";
  EXPECT_LE(ink, 100) << "as a dot, not as a line";
}

TEST_F(TimeSeriesViewTest, printsItsPaintTimes) {
  ASSERT_TRUE(QTest::qWaitForWindowExposed(&first));
  for (const std::size_t n : {std::size_t{300}, std::size_t{100'000}, std::size_t{10'000'000}}) {
    Data data = noise(n, 7);
    const qint64 until = data.times.back();
    first.resize(1000, 400);
    first.setRange(0, until);
    first.setSeries({{QStringLiteral("load"), std::make_shared<SampleSet>(std::move(data.times), std::move(data.values))}});
    first.repaint();
    std::vector<double> whole, cached;
    const std::clock_t processor = std::clock();
    for (int i = 0; i < 20; ++i) {
      QElapsedTimer clock;
      first.setRange(i, until + i);  // drops the static layer
      clock.start();
      first.repaint();
      whole.push_back(double(clock.nsecsElapsed()) / 1e6);
      cursor.setTime(until / 20 * i);
      clock.start();
      first.repaint();
      cached.push_back(double(clock.nsecsElapsed()) / 1e6);
    }
    std::sort(whole.begin(), whole.end()), std::sort(cached.begin(), cached.end());
    const double both = 1000.0 * double(std::clock() - processor) / CLOCKS_PER_SEC / 20;
    std::printf("time series, %zu samples: whole %.2f ms, cursor only %.2f ms (medians); both %.2f ms of processor\n", n, whole[10], cached[10], both);
    EXPECT_FALSE(first.grab().isNull());
  }
}

}  // namespace
}  // namespace signalbox::ui
