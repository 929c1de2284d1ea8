// SPDX-License-Identifier: Apache-2.0
#include "journal/retirement_clock.h"

#include <gtest/gtest.h>

namespace signalbox::journal {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr WallMicros kSecond = 1'000'000, kHour = 3600 * kSecond, kStart = 1000 * kHour;

class RetirementClockTest : public testing::Test {
 protected:
  // What it reads after this much steady time, with the wall clock this far from right.
  WallMicros after(Duration passed, WallMicros wrong_by) {
    now_ += passed;
    wall_ += std::chrono::duration_cast<std::chrono::microseconds>(passed).count();
    return clock_.read(wall_ + wrong_by, now_);
  }
  RetirementClock clock_;
  SteadyTime now_{};
  WallMicros wall_ = kStart;
};

TEST_F(RetirementClockTest, followsAClockThatRuns) {
  EXPECT_EQ(after({}, 0), kStart);
  EXPECT_EQ(after(hours(10), 0), kStart + 10 * kHour);
  EXPECT_EQ(after(seconds(1), 30 * kSecond), kStart + 10 * kHour + 31 * kSecond) << "a clock that is put right by a little";
}

TEST_F(RetirementClockTest, doesNotFollowALeapForwardThatIsTakenBack) {
  EXPECT_EQ(after({}, 0), kStart);
  EXPECT_EQ(after(seconds(1), 960 * kHour), kStart + kSecond);
  EXPECT_EQ(after(minutes(59), 960 * kHour), kStart + 3541 * kSecond);
  EXPECT_EQ(after(seconds(1), 0), kStart + 3542 * kSecond);
  EXPECT_EQ(after(minutes(30), 960 * kHour), kStart + 5342 * kSecond) << "a second leap has an hour of its own";
  EXPECT_EQ(after(minutes(59), 960 * kHour), kStart + 8882 * kSecond);
}

TEST_F(RetirementClockTest, believesALeapForwardThatLasts) {
  EXPECT_EQ(after({}, 0), kStart);
  EXPECT_EQ(after(seconds(1), 8 * kHour), kStart + kSecond);
  EXPECT_EQ(after(hours(1), 8 * kHour), kStart + kSecond + 9 * kHour);
  EXPECT_EQ(after(seconds(1), 8 * kHour), kStart + 2 * kSecond + 9 * kHour);
}

TEST_F(RetirementClockTest, aStartFarBeyondTheNewestRowIsALeap) {
  clock_ = RetirementClock(kStart - 5 * kSecond);
  EXPECT_EQ(after({}, 8760 * kHour), kStart - 5 * kSecond);
  EXPECT_EQ(after(minutes(5), 0), kStart + 300 * kSecond) << "until it was put right";
  clock_ = RetirementClock(kStart - 24 * kHour);
  EXPECT_EQ(after({}, 0), kStart - 24 * kHour) << "so may a router be that was away";
  EXPECT_EQ(after(hours(1), 0), kStart + 300 * kSecond + kHour) << "which waits an hour";
}

TEST_F(RetirementClockTest, aStartSoonAfterTheNewestRowOrBeforeItIsNone) {
  clock_ = RetirementClock(kStart - 30 * kSecond);
  EXPECT_EQ(after({}, 0), kStart);
  clock_ = RetirementClock(kStart + kHour);
  EXPECT_EQ(after(seconds(1), 0), kStart + kSecond);
}

TEST_F(RetirementClockTest, followsALeapBackAtOnce) {
  EXPECT_EQ(after({}, 0), kStart);
  EXPECT_EQ(after(seconds(1), -5 * kHour), kStart + kSecond - 5 * kHour);
  EXPECT_EQ(after(seconds(1), 0), kStart + 2 * kSecond - 5 * kHour) << "and the way forward again only once it lasts";
}

}  // namespace
}  // namespace signalbox::journal
