// SPDX-License-Identifier: Apache-2.0
#include "lab/arrivals.h"

#include <gmock/gmock.h>

namespace signalbox::lab {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

TEST(ArrivalsTest, readsTimesAndSizesOfACsvTrace) {
  const auto read = parseArrivals(
      "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6800000,374,44\r\n2023-11-16 18:15:50.1800000,396,109\r\n", "t.csv", false);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->all.size(), 2u);
  EXPECT_EQ(read->all[0].at, Duration{});
  EXPECT_EQ(read->all[1].at, milliseconds(3500));
  EXPECT_EQ(read->all[1].input_tokens, 396);
  EXPECT_EQ(read->all[1].output_tokens, 109);
}

TEST(ArrivalsTest, readsJsonLinesInOrderOfTime) {
  const auto read = parseArrivals(
      R"({"timestamp": 6000, "input_length": 5, "output_length": 6, "hash_ids": [0]}
{"timestamp": 3000, "input_length": 7, "output_length": 8, "hash_ids": [0, 1]})", "t.jsonl", false);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->all[0].input_tokens, 7);
  EXPECT_EQ(read->all[1].at, milliseconds(3000));
}

TEST(ArrivalsTest, namesTheBadLine) {
  const std::string text = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.68,374,44\nyesterday,1,2\n";
  EXPECT_THAT(parseArrivals(text, "t.csv", false).error().message, HasSubstr("t.csv:3: TIMESTAMP"));
  EXPECT_EQ(parseArrivals(text, "t.csv", true)->all.size(), 1u);
  EXPECT_THAT(parseArrivals("TIMESTAMP,Tokens\n", "t.csv", false).error().message, HasSubstr("header"));
  EXPECT_FALSE(parseArrivals("", "t.csv", false));
}

}  // namespace
}  // namespace signalbox::lab
