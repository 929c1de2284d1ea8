// SPDX-License-Identifier: Apache-2.0
#include "upstream/tier_call.h"

#include "upstream/tier_call_fixture.h"

namespace signalbox::upstream {
namespace {

TEST_F(TierCallTest, whoeverWaitsForAPlaceTakesTheFirstThatIsFreeInTheTier) {
  ScriptedUpstream first({{whole(200, kAnswer)}});
  ScriptedUpstream second({{whole(200, kAnswer)}});
  addDeployment(first.url());
  addDeployment(second.url());
  fillUp();
  whenItWaitsAt("u1", [&] { placesOf("u1").leave(std::nullopt); });
  EXPECT_EQ(run(false), "yes");
  EXPECT_EQ(second.served(), 1);
  EXPECT_EQ(placesOf("u0").pending(), 0u);
  EXPECT_EQ(placesOf("u0").inFlight(), 1u);
  EXPECT_EQ(placesOf("u1").inFlight(), 0u);
}

TEST_F(TierCallTest, whereOneBecomesLimitedWhileARequestWaitsTheOthersAreStillWaitedFor) {
  ScriptedUpstream first({{whole(200, kAnswer)}});
  ScriptedUpstream second({{whole(200, kAnswer)}});
  addDeployment(first.url());
  addDeployment(second.url());
  fillUp();
  whenItWaitsAt("u0", [&] {
    auto permit = health_->protection().of({"u0", "m"}).admit(steadyNow(), false);
    permit->ended(std::unexpected(Error{ErrorCode::UpstreamRateLimited, "slow down", {}, {}, 429, 30}), steadyNow());
    placesOf("u0").leave(std::nullopt);
    whenItWaitsAt("u1", [&] { placesOf("u1").leave(std::nullopt); });
  });
  EXPECT_EQ(run(false), "yes");
  EXPECT_EQ(first.served(), 0);
  EXPECT_EQ(placesOf("u0").inFlight(), 0u);
}

TEST_F(TierCallTest, whoeverWaitedInVainHearsOfFullUpstreamsAndNotOfALimit) {
  addDeployment("http://127.0.0.1:1/v1");
  addDeployment("http://127.0.0.1:2/v1");
  fillUp(std::chrono::milliseconds(200));
  whenItWaitsAt("u0", [&] {
    auto permit = health_->protection().of({"u0", "m"}).admit(steadyNow(), false);
    permit->ended(std::unexpected(Error{ErrorCode::UpstreamRateLimited, "slow down", {}, {}, 429, 30}), steadyNow());
    placesOf("u0").leave(std::nullopt);
  });
  const auto result = run(false);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::Overloaded);
  EXPECT_EQ(result.error().retry_after_s, 1);
  EXPECT_EQ(placesOf("u1").pending(), 0u);
}

TEST_F(TierCallTest, aPlaceThatWasNeverUsedTellsNothingOfHowLongRequestsTake) {
  addDeployment("http://127.0.0.1:1/v1");
  for (auto& upstream : config_->upstreams) upstream.limits = {.in_flight = 1, .pending = 10, .queue = std::chrono::milliseconds(10)};
  health_ = std::make_shared<HealthTable>(*config_);
  auto& places = placesOf("u0");
  ASSERT_TRUE(places.tryEnter());
  places.leave(std::chrono::seconds(1));
  for (int i = 0; i < 1'000; ++i) (void)placeNow(health_->of("u0").places);
  ASSERT_TRUE(places.tryEnter());
  class Guest final : public admit::Places::Waiter {
   public:
    using Waiter::Waiter;
    void told() override {}
  };
  EXPECT_EQ(places.enter(std::make_shared<Guest>("key", nullptr)), admit::Places::Waiter::State::Shed) << "a request takes a second, which is too long to wait";
}

TEST_F(TierCallTest, noPlaceIsHeldWhileARequestWaitsToBeAskedAgain) {
  ScriptedUpstream upstream({{whole(503, "{}", "Retry-After: 1\r\n")}, {whole(200, kAnswer)}});
  addDeployment(upstream.url());
  fillUp();
  placesOf("u0").leave(std::nullopt);
  std::size_t held = 1;
  boost::asio::steady_timer look(io_);
  const std::function<void()> wait_for_failure = [&] {
    look.expires_after(std::chrono::milliseconds(1));
    look.async_wait([&](auto) {
      if (host_.failed.empty()) return wait_for_failure();
      held = placesOf("u0").inFlight();
    });
  };
  wait_for_failure();
  EXPECT_EQ(run(false), "yes");
  EXPECT_EQ(held, 0u);
}

}  // namespace
}  // namespace signalbox::upstream
