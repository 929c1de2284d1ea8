// SPDX-License-Identifier: Apache-2.0
#include "base/rolling_latency.h"

#include <gtest/gtest.h>

namespace signalbox {
namespace {

using namespace std::chrono_literals;

TEST(RollingLatencyTest, saysNothingOfTooFew) {
  RollingLatency latency;
  const SteadyTime now(1000h);
  for (int i = 0; i < 19; ++i) latency.add(now, 100ms);
  EXPECT_FALSE(latency.quantile(now, 0.95).ms);
  EXPECT_EQ(latency.quantile(now, 0.95).n, 19);
  latency.add(now, 100ms);
  EXPECT_TRUE(latency.quantile(now, 0.95).ms);
}

TEST(RollingLatencyTest, isWithinFivePercent) {
  RollingLatency latency;
  const SteadyTime now(1000h);
  for (int i = 1; i <= 1000; ++i) latency.add(now, std::chrono::milliseconds(i));
  for (const double q : {0.05, 0.5, 0.95, 0.99}) EXPECT_NEAR(*latency.quantile(now, q).ms / (1000 * q), 1, 0.055) << q;
}

TEST(RollingLatencyTest, forgetsWhatIsFiveMinutesOld) {
  RollingLatency latency;
  SteadyTime now(1000h);
  for (int i = 0; i < 100; ++i) latency.add(now, 100ms);
  now += 4min;
  EXPECT_EQ(latency.quantile(now, 0.5).n, 100);
  now += 1min;
  EXPECT_EQ(latency.quantile(now, 0.5).n, 0);
}

TEST(RollingLatencyTest, takesWhatIsBeyondItsBuckets) {
  RollingLatency latency;
  const SteadyTime now(1000h);
  for (int i = 0; i < 30; ++i) latency.add(now, 0ms);
  for (int i = 0; i < 30; ++i) latency.add(now, 24h);
  EXPECT_LT(*latency.quantile(now, 0.1).ms, 0.2);
  EXPECT_GT(*latency.quantile(now, 0.9).ms, 1e6);
}

}  // namespace
}  // namespace signalbox
