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

TEST(TokensTest, whatIsGivenAsTokenNumbersIsCounted) {
  domain::Request request;
  request.messages = {{"user", "[1000,1001,1002]\nabcd"}};
  request.token_numbers = 3;
  request.token_number_bytes = 17;
  EXPECT_EQ(inputTokens(request), 3 + 1);
  EXPECT_EQ(inputTokens({}), 0);
}

}  // namespace
}  // namespace signalbox::text
