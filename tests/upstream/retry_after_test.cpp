// SPDX-License-Identifier: Apache-2.0
#include "upstream/retry_after.h"

#include <gtest/gtest.h>

namespace signalbox::upstream {
namespace {

constexpr WallMicros kNow = 784111777 * WallMicros{1'000'000};  // Sun, 06 Nov 1994 08:49:37 GMT

TEST(RetryAfterTest, isANumberOfSecondsOrADate) {
  EXPECT_EQ(retryAfterSeconds("7", kNow), 7);
  EXPECT_EQ(retryAfterSeconds("1.5", kNow), 1.5);
  EXPECT_EQ(retryAfterSeconds("Sun, 06 Nov 1994 08:49:57 GMT", kNow), 20);
  EXPECT_EQ(retryAfterSeconds(" Sun, 06 Nov 1994 08:49:57 GMT ", kNow + 500'000), 19.5);
}

TEST(RetryAfterTest, isNeverMoreThanAMinuteNorLessThanNothing) {
  EXPECT_EQ(retryAfterSeconds("86400", kNow), 60);
  EXPECT_EQ(retryAfterSeconds("Mon, 07 Nov 1994 08:49:57 GMT", kNow), 60);
  EXPECT_EQ(retryAfterSeconds("Sun, 06 Nov 1994 08:49:17 GMT", kNow), 0);
  EXPECT_EQ(retryAfterSeconds("-3", kNow), 0);
}

TEST(RetryAfterTest, saysNothingWhereItCannotBeRead) {
  for (const char* text : {"", "soon", "Sun, 36 Nov 1994 08:49:57 GMT", "Sun, 06 Foo 1994 08:49:57 GMT", "nan"}) {
    EXPECT_EQ(retryAfterSeconds(text, kNow), 0) << text;
  }
}

}  // namespace
}  // namespace signalbox::upstream
