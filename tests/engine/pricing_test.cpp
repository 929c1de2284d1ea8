// SPDX-License-Identifier: Apache-2.0
#include "engine/pricing.h"

#include <gtest/gtest.h>

namespace signalbox::engine {
namespace {

using namespace std::chrono_literals;

domain::Usage used(std::int64_t input, std::int64_t output) {
  domain::Usage usage;
  usage.input = input;
  usage.output = output;
  usage.source = domain::UsageSource::Provider;
  return usage;
}

config::Config configWith(domain::ModelOffer offer, std::optional<domain::GpuCost> gpu = std::nullopt) {
  domain::Upstream upstream;
  upstream.name = "u";
  upstream.base_url = "http://127.0.0.1:1/v1";
  upstream.gpu_cost = gpu;
  upstream.models = {std::move(offer)};
  config::Config config;
  config.upstreams = {upstream};
  return config;
}

TEST(PricingTest, aPriceOfTheConfigurationHolds) {
  domain::Price price;
  price.input = 2.5e-6;
  price.output = 10e-6;
  Pricing pricing(configWith({"m", std::nullopt, price, {}}));
  EXPECT_DOUBLE_EQ(*pricing.charge({"u", "m"}, used(1000, 100)), 1000 * 2.5e-6 + 100 * 10e-6);
}

TEST(PricingTest, anUnknownPriceAndUnknownUsageAreUnknownAndNotFree) {
  Pricing pricing(configWith({"a-model-that-nobody-sells", std::nullopt, std::nullopt, {}}));
  EXPECT_EQ(pricing.charge({"u", "a-model-that-nobody-sells"}, used(10, 10)), std::nullopt);
  Pricing priced(configWith({"m", std::nullopt, domain::Price{}, {}}));
  EXPECT_EQ(priced.charge({"u", "m"}, domain::Usage{}), std::nullopt);
}

TEST(PricingTest, aGpuHourIsSharedByTheTokensOfItsWindow) {
  const SteadyTime start = steadyNow();
  Pricing pricing(configWith({"m", std::nullopt, std::nullopt, {}}, domain::GpuCost{1.2, 2}), start);
  // Half an hour in: 1.2 × 2 × 0.5 h. The first request has the whole of it to carry.
  EXPECT_NEAR(*pricing.charge({"u", "m"}, used(60, 40), start + 30min), 1.2, 1e-9);
  EXPECT_NEAR(*pricing.charge({"u", "m"}, used(200, 100), start + 30min), 1.2 * 300 / 400, 1e-9);
  // Two hours later only one hour's price and only that hour's tokens count.
  EXPECT_NEAR(*pricing.charge({"u", "m"}, used(10, 0), start + 150min), 2.4, 1e-9);
}

TEST(PricingTest, partsOfTheInputArePricedOnce) {
  domain::Price price;
  price.input = 1;
  price.cached_input = 0.5;
  price.cache_write = 2;
  price.output = 3;
  domain::Usage usage = used(100, 10);
  usage.cached_input = 30;
  usage.cache_write = 20;
  EXPECT_DOUBLE_EQ(*domain::costUsd(usage, price), 50 * 1 + 30 * 0.5 + 20 * 2 + 10 * 3);
  usage.cached_input = 500;  // more than there were
  EXPECT_DOUBLE_EQ(*domain::costUsd(usage, price), 100 * 0.5 + 10 * 3);
}

}  // namespace
}  // namespace signalbox::engine
