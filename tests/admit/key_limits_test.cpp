// SPDX-License-Identifier: Apache-2.0
#include "admit/key_limits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <thread>

namespace signalbox::admit {
namespace {

using namespace std::chrono_literals;

constexpr WallMicros kMorning = 20'000 * 86'400'000'000LL + 6LL * 3'600'000'000;  // 06:00 UTC
const SteadyTime kStart = SteadyTime(1'000'000s);

KeyLimits perMinute(std::int64_t requests) { return {requests, std::nullopt, std::nullopt}; }
KeyLimits perDay(double usd) { return {std::nullopt, std::nullopt, usd}; }

// A request that is over at once.
Result<void> spend(KeyAccount& account, const KeyLimits& limits, double usd, WallMicros wall) {
  Holding holding;
  auto held = account.hold(limits, {}, kStart, wall, holding);
  if (held) account.settle(limits, 0, usd, kStart, holding);
  return held;
}

TEST(KeyLimitsTest, theNextRequestAMinuteIsAllowedWhenTheErrorSaysSo) {
  KeyAccount account("app");
  Holding holding;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(account.enter(perMinute(3), kStart + i * 1s, holding));
  EXPECT_EQ(holding.requests_left->remaining, 0);
  const auto refused = account.enter(perMinute(3), kStart + 10s, holding);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::RateLimited);
  EXPECT_GT(refused.error().retry_after_s, 49);
  EXPECT_LE(refused.error().retry_after_s, 50);
  const auto then = kStart + 10s + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(refused.error().retry_after_s));
  EXPECT_FALSE(account.enter(perMinute(3), then - 300ms, holding));
  EXPECT_TRUE(account.enter(perMinute(3), then, holding));
}

// Against an exact window, on made-up traffic: a step of time is all that is forgotten too early, and nothing is kept too long.
TEST(KeyLimitsTest, noMinuteHoldsMoreThanTheLimit) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    const std::int64_t limit = std::uniform_int_distribution<>(1, 40)(random);
    KeyAccount account("app");
    std::deque<SteadyTime> let_in;
    SteadyTime now = kStart;
    for (int i = 0; i < 3000; ++i) {
      now += std::chrono::milliseconds(std::uniform_int_distribution<>(0, 6000)(random));
      while (!let_in.empty() && let_in.front() + 60s <= now) let_in.pop_front();
      Holding holding;
      const bool passed = account.enter(perMinute(limit), now, holding).has_value();
      if (passed) let_in.push_back(now);
      const auto sure = std::count_if(let_in.begin(), let_in.end(), [&](SteadyTime at) { return at + 59'750ms >= now; });
      ASSERT_LE(sure, limit) << "seed " << seed;
      ASSERT_TRUE(passed || let_in.size() >= static_cast<std::size_t>(limit)) << "seed " << seed;
    }
  }
}

TEST(KeyLimitsTest, tokensAreThoseThatWereUsedAndNotThoseThatWereThought) {
  KeyAccount account("app");
  const KeyLimits limits{std::nullopt, 1000, std::nullopt};
  Holding first, second;
  ASSERT_TRUE(account.hold(limits, {.tokens = 900}, kStart, kMorning, first));
  const auto full = account.hold(limits, {.tokens = 200}, kStart, kMorning, second);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::RateLimited);
  account.settle(limits, 300, 0.0, kStart + 1s, first);
  EXPECT_TRUE(account.hold(limits, {.tokens = 200}, kStart + 1s, kMorning, second));
  EXPECT_EQ(second.tokens_left->remaining, 500);
  account.settle(limits, 700, 0.0, kStart + 2s, second);  // more than was thought: that counts too
  Holding third;
  EXPECT_FALSE(account.hold(limits, {.tokens = 1}, kStart + 3s, kMorning, third));
  EXPECT_TRUE(account.hold(limits, {.tokens = 1000}, kStart + 63s, kMorning, third));
}

TEST(KeyLimitsTest, aRequestThatNeverFitsIsNotToldToWait) {
  KeyAccount account("app");
  Holding holding;
  const auto refused = account.hold({std::nullopt, 100, std::nullopt}, {.tokens = 101}, kStart, kMorning, holding);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().retry_after_s, 0);
}

TEST(KeyLimitsTest, aSpentBudgetWaitsForTheNextDay) {
  KeyAccount account("app");
  EXPECT_TRUE(spend(account, perDay(0.01), 0.006, kMorning));
  EXPECT_TRUE(spend(account, perDay(0.01), 0.006, kMorning));
  const auto refused = spend(account, perDay(0.01), 0.006, kMorning);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::InsufficientQuota);
  EXPECT_DOUBLE_EQ(refused.error().retry_after_s, 18 * 3600);
  EXPECT_TRUE(spend(account, perDay(0.01), 0.006, kMorning + 18LL * 3'600'000'000));
  // A clock that is set back finds the spend again.
  EXPECT_FALSE(spend(account, perDay(0.01), 0.006, kMorning));
}

TEST(KeyLimitsTest, requestsAtOnceDoNotSpendMoreThanIsLikelyThere) {
  KeyAccount account("app");
  ASSERT_TRUE(spend(account, perDay(0.1), 0.02, kMorning));
  std::vector<Holding> open(10);
  std::size_t let_in = 0;
  for (auto& holding : open) {
    const auto held = account.hold(perDay(0.1), {}, kStart, kMorning, holding);
    if (held) {
      ++let_in;
    } else {
      EXPECT_EQ(held.error().retry_after_s, 1);
    }
  }
  EXPECT_EQ(let_in, 4U);  // 0.08 are left, and requests have cost 0.02
  for (auto& holding : open) account.settle(perDay(0.1), 0, 0.001, kStart, holding);
  Holding next;
  EXPECT_TRUE(account.hold(perDay(0.1), {}, kStart, kMorning, next));
}

TEST(KeyLimitsTest, aBurstOfWhichNothingIsKnownIsHeldToWhatItMayCost) {
  KeyAccount account("app");
  const KeyAccount::Wish wish{.usd = 0.02};
  std::vector<Holding> open(10);
  const auto let_in = std::ranges::count_if(open, [&](Holding& holding) { return account.hold(perDay(0.05), wish, kStart, kMorning, holding).has_value(); });
  EXPECT_EQ(let_in, 3);
  for (auto& holding : open) account.settle(perDay(0.05), 0, 0.001, kStart, holding);
  // A new day begins with what a request cost on the day before.
  std::vector<Holding> next(100);
  const WallMicros tomorrow = kMorning + 86'400'000'000;
  EXPECT_EQ(std::ranges::count_if(next, [&](Holding& holding) { return account.hold(perDay(0.05), wish, kStart, tomorrow, holding).has_value(); }), 50);
}

TEST(KeyLimitsTest, aBurstThatDoesNotSayHowMuchItAnswersIsHeldToWhatIsUsual) {
  KeyAccount account("app");
  const KeyLimits limits{std::nullopt, 2000, std::nullopt};
  const KeyAccount::Wish wish{.tokens = 10, .open_ended = true};
  std::vector<Holding> open(20);
  const auto burst = [&](SteadyTime now) {
    return std::ranges::count_if(open, [&](Holding& holding) { return account.hold(limits, wish, now, kMorning, holding).has_value(); });
  };
  EXPECT_EQ(burst(kStart), 1) << "an answer may have a thousand tokens";
  account.settle(limits, 100, 0.0, kStart, open[0]);
  EXPECT_EQ(burst(kStart + 61s), 20) << "and has a hundred";
  KeyAccount tight("app");
  Holding holding;
  EXPECT_TRUE(tight.hold({std::nullopt, 100, std::nullopt}, wish, kStart, kMorning, holding)) << "what is only thought refuses nobody for good";
}

TEST(KeyLimitsTest, unknownCostsCountAsMuchAsKnownOnes) {
  KeyAccount account("app");
  account.restore(utcDay(kMorning), {0.04, 4, 4});
  EXPECT_FALSE(spend(account, perDay(0.08), 0.01, kMorning));
  EXPECT_TRUE(spend(account, perDay(0.081), 0.01, kMorning));
}

TEST(KeyLimitsTest, aBudgetWaitsUntilItIsReadWhatItsDayHasCost) {
  KeyBook book;
  const std::int64_t day = utcDay(kMorning);
  EXPECT_FALSE(book.recalled(day));
  Holding holding;
  const auto early = book.account("app")->hold(perDay(5), {}, kStart, kMorning, holding);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, ErrorCode::InsufficientQuota);
  EXPECT_EQ(early.error().retry_after_s, 1);
  EXPECT_TRUE(spend(*book.account("app"), {}, 3, kMorning)) << "without a budget nothing has to be known";
  book.restore(day, {{"app", {1.5, 1, 0}}});
  EXPECT_TRUE(book.recalled(day));
  EXPECT_TRUE(spend(*book.account("app"), perDay(5), 1, kMorning));
  EXPECT_FALSE(spend(*book.account("app"), perDay(5), 1, kMorning)) << "what came before it was read counts too";
}

TEST(KeyLimitsTest, aBudgetThatNobodyCanKeepIsRefused) {
  KeyBook book;
  Holding holding;
  const auto unkept = book.account("app")->hold(perDay(5), {.unkept = "the disk is full"}, kStart, kMorning, holding);
  ASSERT_FALSE(unkept);
  EXPECT_EQ(unkept.error().code, ErrorCode::InsufficientQuota);
  EXPECT_NE(unkept.error().message.find("the disk is full"), std::string::npos);
  book.forget(utcDay(kMorning));
  EXPECT_FALSE(spend(*book.account("app"), perDay(5), 0, kMorning));
  EXPECT_FALSE(spend(*book.account("later"), perDay(5), 0, kMorning));
  EXPECT_TRUE(spend(*book.account("app"), {}, 0, kMorning)) << "without a budget nothing has to be known";
  book.restore(utcDay(kMorning) + 1, {});
  EXPECT_TRUE(spend(*book.account("app"), perDay(5), 0, kMorning + 86'400'000'000));
}

TEST(KeyLimitsTest, whatWasUsedOutlivesTheConfiguration) {
  KeyBook book;
  Holding holding;
  ASSERT_TRUE(book.account("app")->enter(perMinute(1), kStart, holding));
  EXPECT_FALSE(book.account("app")->enter(perMinute(1), kStart, holding));
  EXPECT_TRUE(book.account("other")->enter(perMinute(1), kStart, holding));
}

TEST(KeyLimitsTest, threadsTogetherGetNoMoreThanOne) {
  KeyAccount account("app");
  std::atomic<int> let_in{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        Holding holding;
        if (account.enter(perMinute(100), kStart, holding)) ++let_in;
        if (account.hold(perDay(1e9), {}, kStart, kMorning, holding)) account.settle(perDay(1e9), 0, 1.0, kStart, holding);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(let_in, 100);
  const Spend spent = account.spent(utcDay(kMorning));
  EXPECT_EQ(spent.known, spent.usd);
  EXPECT_GT(spent.known, 0);
}

}  // namespace
}  // namespace signalbox::admit
