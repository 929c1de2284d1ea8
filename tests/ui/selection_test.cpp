// SPDX-License-Identifier: Apache-2.0
#include "state/selection.h"

#include <gtest/gtest.h>

#include <QSignalSpy>

namespace signalbox::ui {
namespace {

constexpr WallMicros kSecond = 1'000'000;

TEST(SelectionTest, goesBackAndForwardThroughWhatWasLookedAt) {
  Selection selection;
  selection.setRange(TimeRange::last(60));
  selection.addCondition({"workload", domain::Condition::Op::AnyOf, {"tickets"}});
  selection.back();
  EXPECT_TRUE(selection.filter().all.empty());
  EXPECT_EQ(selection.range(), TimeRange::last(60));
  selection.forward();
  EXPECT_EQ(selection.filter().all.size(), 1u);
  EXPECT_FALSE(selection.canGoForward());
}

TEST(SelectionTest, saysNothingWhenNothingChanged) {
  Selection selection;
  QSignalSpy spy(&selection, &Selection::rangeChanged);
  selection.setRange(selection.range());
  EXPECT_EQ(spy.count(), 0);
  EXPECT_FALSE(selection.canGoBack());
}

TEST(SelectionTest, replacesAConditionOnTheSameField) {
  Selection selection;
  selection.addCondition({"cost_usd", domain::Condition::Op::Gt, {0.001}});
  selection.addCondition({"cost_usd", domain::Condition::Op::Gt, {0.01}});
  ASSERT_EQ(selection.filter().all.size(), 1u);
  EXPECT_EQ(selection.filter().all[0].values[0], 0.01);
}

TEST(TimeRangeTest, livesUpToNowAndStepsBackIntoFixedRanges) {
  const WallMicros now = 1'000'000 * kSecond;
  const TimeRange hour = TimeRange::last(3600);
  EXPECT_EQ(hour.at(now), (Span{now - 3600 * kSecond, now}));
  const TimeRange before = hour.stepped(-1, now);
  EXPECT_FALSE(before.isLive());
  EXPECT_EQ(before.at(now), (Span{now - 7200 * kSecond, now - 3600 * kSecond}));
  EXPECT_TRUE(before.stepped(1, now).isLive());
}

TEST(TimeRangeTest, choosesRoundBuckets) {
  EXPECT_EQ(bucketFor({0, 3600 * kSecond}, 150), 30 * kSecond);
  EXPECT_EQ(bucketFor({0, 24 * 3600 * kSecond}, 24), 3600 * kSecond);
  EXPECT_EQ(bucketFor({0, 300 * 86'400 * kSecond}, 100), 4 * 86'400 * kSecond);
}

TEST(ZoneTest, writesTimesInItsOwnZone) {
  const WallMicros time = 1'763'562'590'145'000;
  EXPECT_EQ(Zone::utc().text(time, Zone::Style::Milli), QStringLiteral("14:29:50.145"));
  EXPECT_EQ(Zone::named("Asia/Tokyo").text(time, Zone::Style::Minute), QStringLiteral("23:29"));
  EXPECT_EQ(Zone::named("Nowhere/Town"), Zone::utc());
}

}  // namespace
}  // namespace signalbox::ui
