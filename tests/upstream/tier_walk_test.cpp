// SPDX-License-Identifier: Apache-2.0
#include "upstream/tier_walk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>

#include "upstream/failure.h"

namespace signalbox::upstream {
namespace {

using namespace std::chrono_literals;

class TierWalkTest : public testing::Test {
 protected:
  // A tier of "provider/model" in order, and the table that guards it.
  void tierOf(const std::vector<std::pair<std::string, std::string>>& deployments) {
    config::Config config;
    tier_ = {};
    tier_.name = "local";
    for (const auto& [provider, model] : deployments) {
      tier_.deployments.push_back({provider, model});
      if (auto found = std::find_if(config.upstreams.begin(), config.upstreams.end(), [&](const auto& u) { return u.name == provider; });
          found != config.upstreams.end()) {
        found->models.push_back({model, {}, {}});
        continue;
      }
      domain::Upstream upstream;
      upstream.name = provider;
      upstream.base_url = "http://" + provider;
      upstream.models = {{model, {}, {}}};
      config.upstreams.push_back(std::move(upstream));
    }
    config.tiers = {tier_};
    protection_ = std::make_unique<Protection>(config);
  }
  TierWalk walk() { return TierWalk(tier_, *protection_, now_ + 5s); }

  // One request in which each deployment answers by `outcome`; the indices that were asked.
  using Outcome = std::function<Result<void>(std::size_t)>;
  std::vector<std::size_t> request(const Outcome& outcome) {
    std::vector<std::size_t> asked;
    TierWalk one = walk();
    while (auto step = one.next(now_, 0.5)) {
      asked.push_back(step->deployment);
      const auto result = outcome(step->deployment);
      step->permit.ended(result, now_);
      if (result) break;
      one.failed(result.error());
    }
    return asked;
  }
  static Outcome always(const Error& error) {
    return [error](std::size_t) -> Result<void> { return std::unexpected(error); };
  }

  SteadyTime now_ = SteadyTime(1000h);
  domain::Tier tier_;
  std::unique_ptr<Protection> protection_;
};

TEST_F(TierWalkTest, asksOnceWhereAllIsWell) {
  tierOf({{"a", "m"}, {"b", "m"}});
  EXPECT_EQ(request([](std::size_t) { return Result<void>{}; }), std::vector<std::size_t>{0});
}

TEST_F(TierWalkTest, asksAnotherProviderAtOnceAndTheSameOneAfterAWait) {
  tierOf({{"a", "m"}, {"a", "n"}, {"b", "m"}});
  TierWalk one = walk();
  auto step = one.next(now_, 0.5);
  EXPECT_TRUE(step->first);
  one.failed(failure(ErrorCode::UpstreamError, 503));
  step = one.next(now_, 0.5);
  ASSERT_EQ(step->deployment, 1u);
  EXPECT_EQ(step->wait, 100ms);
  EXPECT_FALSE(step->first);
  one.failed(failure(ErrorCode::UpstreamTimeout));
  step = one.next(now_, 0.5);
  ASSERT_EQ(step->deployment, 2u);
  EXPECT_EQ(step->wait, Duration{});
  one.failed(failure(ErrorCode::UpstreamTimeout));
  EXPECT_FALSE(one.next(now_, 0.5)) << "three attempts are all there are";
}

TEST_F(TierWalkTest, asksALoneDeploymentAgainOnlyForWhatMayPass) {
  for (const int status : {500, 502, 503, 529}) {
    tierOf({{"a", "m"}});
    EXPECT_EQ(request(always(failure(ErrorCode::UpstreamError, status))).size(), 2u) << status;
  }
  tierOf({{"a", "m"}});
  EXPECT_EQ(request(always(failure(ErrorCode::UpstreamTimeout))).size(), 1u);
  EXPECT_EQ(request(always(failure(ErrorCode::UpstreamError, 501))).size(), 1u);
  EXPECT_EQ(request(always(failure(ErrorCode::UpstreamRateLimited, 429))).size(), 1u);
}

TEST_F(TierWalkTest, doesNotWaitForLongerThanTheProviderOrTheDeadlineAllows) {
  tierOf({{"a", "m"}});
  EXPECT_EQ(request(always(failure(ErrorCode::UpstreamError, 503, 20))).size(), 1u);
  TierWalk hasty(tier_, *protection_, now_ + 50ms);
  ASSERT_TRUE(hasty.next(now_, 0.5));
  hasty.failed(failure(ErrorCode::UpstreamError, 503));
  EXPECT_FALSE(hasty.next(now_, 0.5));
}

TEST_F(TierWalkTest, asksTheNextAlsoWhenTheFirstTookAllTheTimeThereWas) {
  tierOf({{"a", "m"}, {"b", "m"}});
  TierWalk one(tier_, *protection_, now_ + 50ms);
  ASSERT_TRUE(one.next(now_, 0.5));
  one.failed(failure(ErrorCode::UpstreamTimeout));
  EXPECT_TRUE(one.next(now_ + 60ms, 0.5));
}

TEST_F(TierWalkTest, whatIsOpenOrCoolingIsPassedOverAndTheNextIsChosen) {
  tierOf({{"a", "m"}, {"b", "m"}});
  request([](std::size_t at) -> Result<void> {
    if (at == 0) return std::unexpected(failure(ErrorCode::UpstreamRateLimited, 429, 30));
    return {};
  });
  TierWalk one = walk();
  const auto step = one.next(now_, 0.5);
  EXPECT_EQ(step->deployment, 1u);
  EXPECT_TRUE(step->first) << "nothing has failed in this request";
  ASSERT_EQ(one.skipped().size(), 1u);
  EXPECT_EQ(one.skipped()[0].closed.why, Closed::Why::Limited);
  EXPECT_EQ(one.skipped()[0].closed.wait, 30s);
}

TEST_F(TierWalkTest, whoeverIsFullIsPassedOverAndWaitedForOnlyWhereNobodyElseMayBeAsked) {
  tierOf({{"a", "m"}, {"b", "m"}});
  std::vector<std::size_t> full{0};
  const auto room = [&](std::size_t at) { return std::find(full.begin(), full.end(), at) == full.end(); };
  TierWalk one(tier_, *protection_, now_ + 5s, room);
  auto step = one.next(now_, 0.5);
  ASSERT_EQ(step->deployment, 1u);
  EXPECT_TRUE(step->first);
  EXPECT_TRUE(one.full().empty()) << "somebody is asked";
  full = {0, 1};
  TierWalk other(tier_, *protection_, now_ + 5s, room);
  EXPECT_FALSE(other.next(now_, 0.5));
  ASSERT_EQ(other.full(), (std::vector<std::size_t>{0, 1}));
  step = other.placed(0, now_);
  ASSERT_TRUE(step);
  EXPECT_TRUE(step->first);
  EXPECT_EQ(other.attempts(), 1u);
}

TEST_F(TierWalkTest, whoeverIsFullIsNeitherChosenNorAskedAgain) {
  tierOf({{"a", "m"}});
  auto& budget = protection_->budget("a");
  while (budget.spend()) {
  }
  for (int i = 0; i < 100; ++i) {
    TierWalk one(tier_, *protection_, now_ + 5s, [](std::size_t) { return false; });
    EXPECT_FALSE(one.next(now_, 0.5));
  }
  EXPECT_FALSE(budget.spend()) << "nobody was asked, and so nobody pays for a further attempt";
  for (int i = 0; i < 10; ++i) budget.chosen();
  TierWalk one(tier_, *protection_, now_ + 5s, [](std::size_t) { return true; });
  ASSERT_TRUE(one.next(now_, 0.5));
  one.failed(failure(ErrorCode::UpstreamError, 503));
  ASSERT_TRUE(one.next(now_, 0.5));
  one.passedOver();
  EXPECT_FALSE(one.next(now_, 0.5));
  EXPECT_TRUE(one.full().empty());
  EXPECT_TRUE(budget.spend()) << "an attempt that was not made costs nothing";
}

TEST_F(TierWalkTest, whoeverCouldNotBeAskedAfterAllCostsNoFurtherAttempt) {
  tierOf({{"a", "m"}, {"b", "m"}, {"c", "m"}});
  for (int i = 0; i < 10; ++i) {
    TierWalk one = walk();
    ASSERT_TRUE(one.next(now_, 0.5));
    one.failed(failure(ErrorCode::UpstreamTimeout));
    ASSERT_EQ(one.next(now_, 0.5)->deployment, 1u) << i;
    one.passedOver();
    EXPECT_EQ(one.attempts(), 1u);
  }
  auto& budget = protection_->budget("a");
  for (int i = 0; i < kRetryReserve; ++i) EXPECT_TRUE(budget.spend());
  TierWalk late = walk();
  ASSERT_TRUE(late.next(now_, 0.5));
  ASSERT_EQ(late.beside(now_)->deployment, 1u);
  late.besidePassedOver();
  EXPECT_EQ(late.attempts(), 1u);
}

TEST_F(TierWalkTest, whoeverWasFullAtFirstIsAskedWhenItHasAPlaceLater) {
  tierOf({{"a", "m"}, {"b", "m"}});
  bool room = false;
  TierWalk one(tier_, *protection_, now_ + 5s, [&](std::size_t at) { return room || at == 1; });
  ASSERT_EQ(one.next(now_, 0.5)->deployment, 1u);
  one.failed(failure(ErrorCode::UpstreamTimeout));
  room = true;
  const auto step = one.next(now_, 0.5);
  ASSERT_TRUE(step);
  EXPECT_EQ(step->deployment, 0u);
}

TEST_F(TierWalkTest, whoeverIsAskedAfterAWaitTakesAPlaceAfterIt) {
  tierOf({{"a", "m"}});
  auto& budget = protection_->budget("a");
  int asked_for_room = 0;
  TierWalk one(tier_, *protection_, now_ + 5s, [&](std::size_t) { return ++asked_for_room > 0; });
  ASSERT_TRUE(one.next(now_, 0.5));
  one.failed(failure(ErrorCode::UpstreamError, 503));
  const auto step = one.next(now_, 0.5);
  ASSERT_TRUE(step);
  EXPECT_GT(step->wait, Duration{});
  EXPECT_EQ(asked_for_room, 1);
  one.passedOver();
  EXPECT_FALSE(one.next(now_, 0.5));
  EXPECT_EQ(one.attempts(), 1u);
  for (int i = 0; i < kRetryReserve; ++i) EXPECT_TRUE(budget.spend()) << "an attempt that was not made costs nothing";
}

TEST_F(TierWalkTest, whoeverFailsWhileARequestWaitsForAPlaceIsNotAsked) {
  tierOf({{"a", "m"}, {"b", "m"}});
  TierWalk one(tier_, *protection_, now_ + 5s, [](std::size_t) { return false; });
  EXPECT_FALSE(one.next(now_, 0.5));
  request([](std::size_t at) -> Result<void> {
    if (at == 0) return std::unexpected(failure(ErrorCode::UpstreamRateLimited, 429, 30));
    return {};
  });
  EXPECT_FALSE(one.placed(0, now_));
  EXPECT_EQ(one.attempts(), 0u);
  EXPECT_EQ(one.skipped().size(), 1u);
  EXPECT_FALSE(one.next(now_, 0.5));
  EXPECT_EQ(one.full(), std::vector<std::size_t>{1}) << "the other is full only, and waited for";
}

TEST_F(TierWalkTest, everyOneLimitedTellsTheSmallestWait) {
  tierOf({{"a", "m"}, {"b", "m"}});
  request([](std::size_t at) -> Result<void> { return std::unexpected(failure(ErrorCode::UpstreamRateLimited, 429, at == 0 ? 20 : 7)); });
  now_ += 2s;
  TierWalk one = walk();
  EXPECT_FALSE(one.next(now_, 0.5));
  const Error refusal = one.refusal(0.5);
  EXPECT_EQ(refusal.code, ErrorCode::UpstreamRateLimited);
  EXPECT_EQ(refusal.retry_after_s, 5);
}

TEST_F(TierWalkTest, aRefusedCredentialIsLeftAloneAndTriedByOneRequestLater) {
  tierOf({{"a", "m"}, {"a", "n"}});
  EXPECT_EQ(request(always(failure(ErrorCode::UpstreamAuth, 401))).size(), 1u) << "the other model has the same key";
  TierWalk none = walk();
  EXPECT_FALSE(none.next(now_, 0.5));
  EXPECT_EQ(none.refusal(0.5).code, ErrorCode::UpstreamAuth);
  now_ += 31s;
  TierWalk first = walk(), second = walk();
  auto trial = first.next(now_, 0.5);
  ASSERT_TRUE(trial);
  EXPECT_FALSE(second.next(now_, 0.5));
  trial->permit.ended({}, now_);
  EXPECT_EQ(request([](std::size_t) { return Result<void>{}; }).size(), 1u);
}

TEST_F(TierWalkTest, whatWasLearntDuringAWaitCountsWhenItIsOver) {
  tierOf({{"a", "m"}});
  TierWalk waits = walk(), other = walk();
  auto asked = waits.next(now_, 0.5);
  ASSERT_TRUE(asked);
  asked->permit.ended(std::unexpected(failure(ErrorCode::UpstreamError, 503)), now_);
  waits.failed(failure(ErrorCode::UpstreamError, 503));
  const auto again = waits.next(now_, 0.5);
  ASSERT_TRUE(again && again->wait > Duration{});
  EXPECT_TRUE(waits.mayStill(*again, now_ + again->wait));
  auto limited = other.next(now_, 0.5);
  ASSERT_TRUE(limited);
  limited->permit.ended(std::unexpected(failure(ErrorCode::UpstreamRateLimited, 429, 9)), now_);
  EXPECT_FALSE(waits.mayStill(*again, now_ + again->wait)) << "it is limited now";
  EXPECT_TRUE(waits.mayStill(*again, now_ + 9s));
}

TEST_F(TierWalkTest, theLastDeploymentIsNotTakenAway) {
  tierOf({{"a", "m"}, {"b", "m"}});
  for (int i = 0; i < 40; ++i, now_ += 50ms) request(always(failure(ErrorCode::UpstreamTimeout)));
  EXPECT_FALSE(walk().next(now_, 0.5) && walk().next(now_, 0.5)) << "both are dead";
  tierOf({{"a", "m"}, {"b", "m"}});
  std::mt19937 random(3);
  std::bernoulli_distribution good(0.4);
  int refused = 0;
  for (int i = 0; i < 4'000; ++i, now_ += 25ms) {
    const auto asked = request([&](std::size_t) -> Result<void> {
      if (good(random)) return {};
      return std::unexpected(failure(ErrorCode::UpstreamTimeout));
    });
    refused += asked.empty();
  }
  EXPECT_EQ(refused, 0) << "one of them always answers some";
}

TEST_F(TierWalkTest, whenAllIsDeadEachIsTriedOnceASecondAndTheRestIsShed) {
  tierOf({{"a", "m"}, {"b", "m"}});
  std::map<std::size_t, int> asked;
  const auto dead = [&](std::size_t at) -> Result<void> {
    ++asked[at];
    return std::unexpected(failure(ErrorCode::UpstreamConnect));
  };
  for (int i = 0; i < 100; ++i, now_ += 10ms) request(dead);
  asked.clear();
  for (int i = 0; i < 1'000; ++i, now_ += 10ms) request(dead);
  EXPECT_LE(asked[0], 11);
  EXPECT_GE(asked[0], 9);
  EXPECT_LE(asked[1], 11);
  TierWalk one = walk();
  EXPECT_FALSE(one.next(now_, 0.5) && walk().next(now_, 0.5) && walk().next(now_, 0.5));
  EXPECT_EQ(walk().attempts(), 0u);
}

TEST_F(TierWalkTest, inABrownOutAttemptsStayWithinTenPercentAndThree) {
  for (const double fails : {0.1, 0.3, 0.45, 0.7, 1.0}) {
    tierOf({{"a", "m"}, {"b", "m"}});
    std::mt19937 random(11);
    std::bernoulli_distribution bad(fails);
    std::map<std::size_t, int> attempts, chosen;
    int further = 0;
    for (int i = 0; i < 5'000; ++i, now_ += 7ms) {
      const auto asked = request([&](std::size_t at) -> Result<void> {
        ++attempts[at];
        if (bad(random)) return std::unexpected(failure(ErrorCode::UpstreamError, 503));
        return {};
      });
      if (!asked.empty()) ++chosen[asked.front()];
      if (asked.size() > 1) further += static_cast<int>(asked.size()) - 1;
    }
    const int all = chosen[0] + chosen[1];
    EXPECT_LE(further, all / 10 + 6) << fails;
    EXPECT_LE(attempts[0] + attempts[1], all + all / 10 + 6) << fails;
  }
}

}  // namespace
}  // namespace signalbox::upstream
