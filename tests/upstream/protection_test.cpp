// SPDX-License-Identifier: Apache-2.0
#include "upstream/protection.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "upstream/failure.h"

namespace signalbox::upstream {
namespace {

using namespace std::chrono_literals;

// One upstream, "a".
config::Config configOf(std::initializer_list<const char*> models) {
  domain::Upstream upstream;
  upstream.name = "a";
  upstream.base_url = "http://a";
  for (const char* model : models) upstream.models.push_back({model, {}, {}});
  config::Config config;
  config.upstreams = {std::move(upstream)};
  return config;
}

TEST(ShareBudgetTest, isThreeAndATenthOfWhatWasChosenHoweverLongAllWasWell) {
  ShareBudget budget(kRetryShare, kRetryReserve, kRetryReserve);
  for (int i = 0; i < 10'000; ++i) budget.chosen();
  int spent = 0;
  for (int i = 0; i < 100; ++i) {
    while (budget.spend()) ++spent;
    budget.chosen();
  }
  EXPECT_EQ(spent, 3 + 9);
}

TEST(CooldownTest, keepsToWhatTheProviderSaysAndToAMinute) {
  Cooldown cooldown;
  const SteadyTime now(1000h);
  EXPECT_EQ(cooldown.left(now), Duration{});
  EXPECT_EQ(cooldown.limited(now, 7), 7s);
  EXPECT_EQ(cooldown.left(now + 3s), 4s);
  EXPECT_EQ(cooldown.left(now + 7s), Duration{});
  EXPECT_EQ(cooldown.limited(now, 3600), 60s);
}

TEST(CooldownTest, doublesItsOwnWaitWhereTheProviderSaysNone) {
  Cooldown cooldown;
  SteadyTime now(1000h);
  for (const auto wait : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) EXPECT_EQ(cooldown.limited(now, 0), wait);
  cooldown.answered();
  EXPECT_EQ(cooldown.limited(now + 100s, 0), 1s);
}

TEST(ProtectionTest, onlyOneOfManyThreadsIsLetThroughAsATrial) {
  auto config = configOf({"m"});
  Protection protection(config);
  Guard& guard = protection.of({"a", "m"});
  SteadyTime now(1000h);
  for (int i = 0; i < 5; ++i) guard.admit(now, false)->ended(std::unexpected(failure(ErrorCode::UpstreamTimeout)), now);
  ASSERT_EQ(guard.state(), Breaker::State::Open);
  now += 31s;
  std::atomic<int> through{0};
  std::vector<Permit> permits(8);
  {
    std::vector<std::jthread> threads;
    for (auto& permit : permits) {
      threads.emplace_back([&] {
        auto one = guard.admit(now, true);
        if (!one) return;
        ++through;
        permit = std::move(*one);
      });
    }
  }
  EXPECT_EQ(through, 1);
}

TEST(ProtectionTest, anotherConfigurationKeepsWhatWasLearntOfWhatIsTheSame) {
  auto config = configOf({"m", "n", "o"});
  config.upstreams.front().key = Secret("the first key of a");
  const Protection before(config);
  const SteadyTime now(1000h);
  for (int i = 0; i < 5; ++i) before.of({"a", "m"}).admit(now, false)->ended(std::unexpected(failure(ErrorCode::UpstreamTimeout)), now);
  before.of({"a", "n"}).admit(now, false)->ended(std::unexpected(failure(ErrorCode::UpstreamRateLimited, 429, 9)), now);
  auto late = before.of({"a", "o"}).admit(now, false);
  auto other = config.upstreams.front();
  other.name = "b";
  config.upstreams.front().models.push_back({"p", {}, {}});
  config.upstreams.push_back(std::move(other));
  Protection after(config, &before);
  EXPECT_EQ(after.of({"a", "m"}).state(), Breaker::State::Open);
  EXPECT_EQ(after.of({"a", "n"}).admit(now, false).error().why, Closed::Why::Limited);
  EXPECT_EQ(after.of({"b", "m"}).state(), Breaker::State::Closed) << "another name is another upstream";
  EXPECT_EQ(after.of({"a", "p"}).state(), Breaker::State::Closed);
  late->ended(std::unexpected(failure(ErrorCode::UpstreamAuth, 401)), now);
  EXPECT_EQ(after.of({"a", "o"}).admit(now, false).error().why, Closed::Why::Disabled) << "a request of the configuration before still tells";
  config.upstreams.front().key = Secret("the second key of a");
  const Protection rotated(config, &after);
  for (const char* model : {"m", "n", "o"}) EXPECT_TRUE(rotated.of({"a", model}).admit(now, false)) << model;
}

TEST(ProtectionTest, anotherConfigurationFillsUpNoBudget) {
  auto config = configOf({"m"});
  Protection before(config);
  while (before.budget("a").spend()) {
  }
  Protection after(config, &before);
  EXPECT_FALSE(after.budget("a").spend());
}

TEST(ProtectionTest, aStreamThatAnsweredAndWasLeftByItsClientDidWell) {
  auto config = configOf({"m"});
  Protection protection(config);
  Guard& guard = protection.of({"a", "m"});
  const SteadyTime now(1000h);
  const auto fails = [&] { guard.admit(now, false)->ended(std::unexpected(failure(ErrorCode::UpstreamTimeout)), now); };
  for (int i = 0; i < 4; ++i) fails();
  auto left = guard.admit(now, false);
  left->answered(now);
  left->ended(std::unexpected(failure(ErrorCode::ClientGone)), now);
  fails();
  EXPECT_EQ(guard.state(), Breaker::State::Closed) << "the failures were not five in a row";
}

TEST(ProtectionTest, limitsAndMistakesOfClientsAreNoFailures) {
  auto config = configOf({"m", "n"});
  Protection protection(config);
  Guard& guard = protection.of({"a", "m"});
  const SteadyTime now(1000h);
  for (int i = 0; i < 50; ++i) {
    guard.admit(now, false)->ended(std::unexpected(failure(ErrorCode::UpstreamRejected, 400)), now);
    guard.admit(now, false)->ended(std::unexpected(failure(ErrorCode::ClientGone)), now);
    guard.admit(now, false)->ended(std::unexpected(failure(ErrorCode::UpstreamError, 451)), now);
  }
  EXPECT_EQ(guard.state(), Breaker::State::Closed);
  guard.admit(now, false)->ended(std::unexpected(failure(ErrorCode::UpstreamRateLimited, 429, 9)), now);
  EXPECT_EQ(guard.state(), Breaker::State::Closed);
  EXPECT_EQ(guard.admit(now, false).error().why, Closed::Why::Limited);
  EXPECT_TRUE(protection.of({"a", "n"}).admit(now, false)) << "a limit is of one key and model";
}

}  // namespace
}  // namespace signalbox::upstream
