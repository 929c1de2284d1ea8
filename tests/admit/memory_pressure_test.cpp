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

}  // namespace
}  // namespace signalbox::admit
