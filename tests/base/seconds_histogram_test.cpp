// SPDX-License-Identifier: Apache-2.0
#include "base/seconds_histogram.h"

#include <gtest/gtest.h>

namespace signalbox {
namespace {

TEST(SecondsHistogramTest, countsAnUpperEndInItsOwnBucketAndLongerOnesInTheLast) {
  SecondsHistogram times({0.001, 0.01});
  for (const double seconds : {0.0, 0.001, 0.0011, 0.01, 0.5}) times.add(seconds);
  EXPECT_EQ(times.counts(), (std::vector<std::uint64_t>{2, 2, 1}));
  EXPECT_NEAR(times.sum(), 0.5121, 1e-9);
}

}  // namespace
}  // namespace signalbox
