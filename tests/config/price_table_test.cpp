// SPDX-License-Identifier: Apache-2.0
#include "config/price_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signalbox::config {
namespace {

TEST(PriceTableTest, holdsManyModels) {
  EXPECT_GE(priceTableSize(), 600u);
}

TEST(PriceTableTest, givesDollarsPerToken) {
  const auto price = builtInPrice("openai", "gpt-4o-mini");
  ASSERT_TRUE(price);
  EXPECT_DOUBLE_EQ(price->input, 0.15e-6);
  EXPECT_DOUBLE_EQ(price->output, 0.6e-6);
  EXPECT_DOUBLE_EQ(price->cached_input.value(), 0.075e-6);
  EXPECT_FALSE(price->source.empty());
}

TEST(PriceTableTest, dropsTheDateOfAModelItDoesNotKnow) {
  const auto plain = builtInPrice("openai", "gpt-4o-mini");
  EXPECT_EQ(builtInPrice("openai", "gpt-4o-mini-2031-01-31")->input, plain->input);
  EXPECT_EQ(builtInPrice("openai", "gpt-4o-mini-20310131")->input, plain->input);
  EXPECT_FALSE(builtInPrice("openai", "gpt-4o-mini-2031-01"));
  EXPECT_FALSE(builtInPrice("openai", "gpt-4o-mini-tuned"));
}

TEST(PriceTableTest, tellsEqualIdsApartByProvider) {
  const auto one = builtInPrice("azure", "gpt-4o-mini");
  const auto other = builtInPrice("openai", "gpt-4o-mini");
  ASSERT_TRUE(one && other);
  EXPECT_NE(one->cached_input, other->cached_input);
  EXPECT_EQ(builtInPrice("", "gpt-4o-mini")->cached_input, other->cached_input);
  EXPECT_EQ(builtInPrice("our-gateway", "gpt-4o-mini")->cached_input, other->cached_input);
}

TEST(PriceTableTest, knowsAProviderByItsOtherNames) {
  ASSERT_TRUE(builtInPrice("google", "gemini-2.5-pro"));
  EXPECT_EQ(builtInPrice("gemini", "gemini-2.5-pro"), builtInPrice("google", "gemini-2.5-pro"));
}

TEST(PriceTableTest, knowsTiersHoursAndSearchesWhereAListHasThem) {
  const auto claude = builtInPrice("anthropic", "claude-sonnet-4-5");
  ASSERT_TRUE(claude);
  EXPECT_DOUBLE_EQ(claude->cache_write_1h.value(), 6e-6);
  EXPECT_DOUBLE_EQ(claude->web_search.value(), 0.01);
  const auto gpt = builtInPrice("openai", "gpt-5");
  ASSERT_TRUE(gpt);
  EXPECT_DOUBLE_EQ(gpt->batch_input.value(), 0.625e-6);
  EXPECT_DOUBLE_EQ(gpt->batch_output.value(), 5e-6);
  EXPECT_DOUBLE_EQ(gpt->priority_input.value(), 2.5e-6);
  EXPECT_DOUBLE_EQ(gpt->priority_output.value(), 20e-6);
  EXPECT_EQ(gpt->web_search, std::nullopt);
}

TEST(PriceTableTest, unknownIsNotZero) {
  EXPECT_FALSE(builtInPrice("openai", "no-such-model"));
  EXPECT_FALSE(builtInPrice("", ""));
  EXPECT_FALSE(builtInPrice("vllm", "llama-3-8b"));
  EXPECT_FALSE(builtInPrice("anthropic", "gpt-4o-mini"));
}

}  // namespace
}  // namespace signalbox::config
