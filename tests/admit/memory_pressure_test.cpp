// SPDX-License-Identifier: Apache-2.0
#include "admit/memory_pressure.h"

#include <gtest/gtest.h>

namespace signalbox::admit {
namespace {

TEST(MemoryPressureTest, shedsFromNinetyAndRefusesFromNinetyFivePercent) {
  MemoryPressure pressure;
  EXPECT_FALSE(pressure.measured(899, 1000));
  EXPECT_FALSE(pressure.sheds());
  EXPECT_TRUE(pressure.measured(900, 1000));
  EXPECT_TRUE(pressure.sheds());
  EXPECT_FALSE(pressure.refuses());
  EXPECT_TRUE(pressure.measured(950, 1000));
  EXPECT_TRUE(pressure.refuses());
  EXPECT_TRUE(pressure.measured(100, 1000));
  EXPECT_FALSE(pressure.sheds());
  EXPECT_FALSE(pressure.refuses());
}

TEST(MemoryPressureTest, goesBackOnlyWithSomeRoomBelow) {
  MemoryPressure pressure;
  EXPECT_TRUE(pressure.measured(900, 1000));
  EXPECT_FALSE(pressure.measured(880, 1000));
  EXPECT_FALSE(pressure.measured(850, 1000));
  EXPECT_TRUE(pressure.sheds());
  EXPECT_TRUE(pressure.measured(849, 1000));
  EXPECT_FALSE(pressure.sheds());
  EXPECT_TRUE(pressure.measured(950, 1000));
  EXPECT_FALSE(pressure.measured(920, 1000));
  EXPECT_TRUE(pressure.refuses());
  EXPECT_TRUE(pressure.measured(919, 1000));
  EXPECT_FALSE(pressure.refuses());
  EXPECT_TRUE(pressure.sheds());
}

TEST(MemoryPressureTest, givesMemoryBackNearTheLimitButNotAllTheTime) {
  using namespace std::chrono_literals;
  MemoryPressure pressure;
  const SteadyTime now(1000h);
  EXPECT_FALSE(pressure.wantsTrim(899, 1000, now));
  EXPECT_TRUE(pressure.wantsTrim(900, 1000, now));
  EXPECT_FALSE(pressure.wantsTrim(990, 1000, now + 100ms));
  EXPECT_TRUE(pressure.wantsTrim(900, 1000, now + 3s));
  EXPECT_TRUE(pressure.measured(900, 1000));
  EXPECT_TRUE(pressure.wantsTrim(860, 1000, now + 6s)) << "as long as requests are shed";
}

}  // namespace
}  // namespace signalbox::admit
