// SPDX-License-Identifier: Apache-2.0
#include "domain/price.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace signalbox::domain {
namespace {

Usage used(std::int64_t input, std::int64_t output) {
  Usage usage;
  usage.input = input;
  usage.output = output;
  usage.source = UsageSource::Provider;
  return usage;
}

TEST(PriceTest, partsAreTakenOutOfTheirWhole) {
  Price price;
  price.input = 1;
  price.output = 10;
  price.cached_input = 0.5;
  price.audio_input = 4;
  price.audio_output = 40;
  price.reasoning = 20;
  Usage usage = used(100, 50);
  usage.cached_input = 30;
  usage.audio_input = 20;
  usage.audio_output = 10;
  usage.reasoning = 15;
  EXPECT_DOUBLE_EQ(*costUsd(usage, price), 50 * 1 + 30 * 0.5 + 20 * 4 + 25 * 10 + 10 * 40 + 15 * 20);
}

TEST(PriceTest, aPartWithoutAPriceOfItsOwnCostsWhatItsWholeDoes) {
  Price price;
  price.input = 1;
  price.output = 10;
  Usage usage = used(100, 50);
  usage.cached_input = usage.cache_write = usage.audio_input = usage.audio_output = usage.reasoning = 20;
  EXPECT_DOUBLE_EQ(*costUsd(usage, price), 100 + 500);
}

TEST(PriceTest, writesThatAreKeptForAnHourHaveTheirOwnPriceOrTwiceTheInputs) {
  Price price;
  price.input = 1;
  price.cache_write = 1.25;
  Usage usage = used(100, 0);
  usage.cache_write = 80;
  usage.cache_write_1h = 50;
  EXPECT_DOUBLE_EQ(*costUsd(usage, price), 20 * 1 + 50 * 2 + 30 * 1.25);
  price.cache_write_1h = 3;
  EXPECT_DOUBLE_EQ(*costUsd(usage, price), 20 * 1 + 50 * 3 + 30 * 1.25);
  usage.cache_write_1h = 500;  // more than its whole
  EXPECT_DOUBLE_EQ(*costUsd(usage, price), 20 * 1 + 80 * 3);
}

TEST(PriceTest, searchesArePaidBesideTheTokensAndUnknownWithoutTheirPrice) {
  Price price;
  price.input = price.output = 1;
  Usage usage = used(10, 10);
  usage.web_searches = 3;
  EXPECT_EQ(costUsd(usage, price), std::nullopt);
  price.web_search = 0.5;
  EXPECT_DOUBLE_EQ(*costUsd(usage, price), 20 + 1.5);
}

TEST(PriceTest, aTierOfTheProvidersChangesEveryPartAsItsWhole) {
  Price price;
  price.input = 2;
  price.output = 10;
  price.cached_input = 0.5;
  Usage usage = used(100, 10);
  usage.cached_input = 40;
  const double standard = 60 * 2 + 40 * 0.5 + 10 * 10;
  for (const auto tier : {ServiceTier::Batch, ServiceTier::Priority}) {
    usage.tier = tier;
    EXPECT_FALSE(pricesTier(price, tier));
    EXPECT_DOUBLE_EQ(*costUsd(usage, price), standard);
  }
  price.batch_input = 1;
  price.batch_output = 4;
  price.priority_input = 4;
  price.priority_output = 15;
  EXPECT_TRUE(pricesTier(price, ServiceTier::Batch) && pricesTier(price, ServiceTier::Priority));
  EXPECT_DOUBLE_EQ(*costUsd(usage, price), 60 * 4 + 40 * 1 + 10 * 15);
  usage.tier = ServiceTier::Batch;
  EXPECT_DOUBLE_EQ(*costUsd(usage, price), 60 * 1 + 40 * 0.25 + 10 * 4);
}

// Whatever a provider reports of parts, every token is priced exactly once: the cost lies between that at the lowest and that at the
// highest price, and is the plain product where all prices are equal.
TEST(PriceTest, noTokenIsPricedTwiceOrLeftOut) {
  std::mt19937 random(20261122);
  const auto upto = [&](std::int64_t most) { return std::uniform_int_distribution<std::int64_t>(0, most)(random); };
  const auto amount = [&] { return std::uniform_real_distribution<>(0.1, 9.0)(random); };
  for (int i = 0; i < 20'000; ++i) {
    Usage usage = used(upto(1000), upto(1000));
    for (auto* part : {&usage.cached_input, &usage.cache_write, &usage.audio_input, &usage.audio_output, &usage.reasoning}) {
      if (upto(1) == 1) *part = upto(1500);
    }
    Price price;
    price.input = amount();
    price.output = amount();
    for (auto* part : {&price.cached_input, &price.cache_write, &price.audio_input, &price.audio_output, &price.reasoning}) {
      if (upto(1) == 1) *part = amount();
    }
    const auto [in_low, in_high] = std::minmax({price.input, price.cached_input.value_or(price.input), price.cache_write.value_or(price.input),
                                                price.audio_input.value_or(price.input)});
    const auto [out_low, out_high] = std::minmax({price.output, price.audio_output.value_or(price.output), price.reasoning.value_or(price.output)});
    const auto at = [&](double in, double out) { return static_cast<double>(usage.input) * in + static_cast<double>(usage.output) * out; };
    const double cost = *costUsd(usage, price);
    ASSERT_GE(cost, at(in_low, out_low) - 1e-6);
    ASSERT_LE(cost, at(in_high, out_high) + 1e-6);
    Price flat;
    flat.input = price.input;
    flat.output = price.output;
    flat.cached_input = flat.cache_write = flat.audio_input = price.input;
    flat.audio_output = flat.reasoning = price.output;
    ASSERT_NEAR(*costUsd(usage, flat), at(price.input, price.output), 1e-6);
  }
}

TEST(PriceTest, unknownUsageHasNoCost) { EXPECT_EQ(costUsd(Usage{}, Price{}), std::nullopt); }

}  // namespace
}  // namespace signalbox::domain
