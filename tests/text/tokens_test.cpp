// SPDX-License-Identifier: Apache-2.0
#include "text/tokens.h"

#include <gtest/gtest.h>

namespace signalbox::text {
namespace {

TEST(TokensTest, countsAQuarterOfTheBytesRoundedUp) {
  EXPECT_EQ(estimateTokens(""), 0);
  EXPECT_EQ(estimateTokens("a"), 1);
  EXPECT_EQ(estimateTokens("abcd"), 1);
  EXPECT_EQ(estimateTokens("abcde"), 2);
  EXPECT_EQ(estimateTokens("äöü"), 2);  // six bytes of UTF-8
}

}  // namespace
}  // namespace signalbox::text
