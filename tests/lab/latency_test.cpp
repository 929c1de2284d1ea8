// SPDX-License-Identifier: Apache-2.0
#include "lab/latency.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace signalbox::lab {
namespace {

double milliseconds(Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

TEST(LatencyTest, drawsTheTwoPercentilesItWasGiven) {
  const Latency latency{80, 400, 0};
  Random random(7);
  std::vector<double> drawn;
  for (int i = 0; i < 100'000; ++i) drawn.push_back(milliseconds(latency.firstToken(random)));
  std::ranges::sort(drawn);
  EXPECT_NEAR(drawn[50'000], 80, 2);
  EXPECT_NEAR(drawn[99'000], 400, 20);
}

TEST(LatencyTest, isTheSameForTheSameSeed) {
  const Latency latency{80, 400, 0};
  Random one(7), same(7), other(8);
  const Duration first = latency.firstToken(one);
  EXPECT_EQ(first, latency.firstToken(same));
  EXPECT_NE(first, latency.firstToken(other));
}

TEST(LatencyTest, waitsForNothingByDefault) {
  Random random(1);
  EXPECT_EQ(Latency{}.firstToken(random), Duration{});
  EXPECT_EQ(Latency{}.perToken(), Duration{});
  EXPECT_EQ((Latency{0, 0, 50}.perToken()), std::chrono::milliseconds(20));
}

TEST(LatencyTest, refusesPercentilesThatCannotBe) {
  EXPECT_TRUE(parseTtft("80,400"));
  EXPECT_TRUE(parseTtft("0,0"));
  for (const char* text : {"", "80", "400,80", "80,x", "-1,5", "0,5", "1,2,3", "nan,1", "80,1e99"}) EXPECT_FALSE(parseTtft(text)) << text;
}

}  // namespace
}  // namespace signalbox::lab
