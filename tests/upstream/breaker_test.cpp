// SPDX-License-Identifier: Apache-2.0
#include "upstream/breaker.h"

#include <gtest/gtest.h>

#include <random>

namespace signalbox::upstream {
namespace {

using Pass = Breaker::Pass;
using State = Breaker::State;
using namespace std::chrono_literals;

class BreakerTest : public testing::Test {
 protected:
  // One request that ends at once; false where it was not let through.
  bool ask(bool good, bool last = false, Breaker::Failure kind = Breaker::Failure::Plain) {
    const Pass pass = breaker_.admit(now_, last);
    if (pass == Pass::No) return false;
    if (good) {
      breaker_.succeeded(pass, now_);
    } else {
      breaker_.failed(pass, now_, kind);
      if (breaker_.due(now_, last)) breaker_.open(now_);
    }
    return true;
  }
  void askTimes(int times, bool good, bool last = false) {
    for (int i = 0; i < times; ++i) ask(good, last);
  }

  Breaker breaker_;
  SteadyTime now_ = SteadyTime(1000h);
};

TEST_F(BreakerTest, opensAfterFiveFailuresInARow) {
  askTimes(4, false);
  ask(true);
  askTimes(4, false);
  EXPECT_EQ(breaker_.state(), State::Closed);
  ask(false);
  EXPECT_EQ(breaker_.state(), State::Open);
  EXPECT_FALSE(ask(true));
}

TEST_F(BreakerTest, opensWhenHalfOfTwentyFailWithinTenSeconds) {
  for (int i = 0; i < 9; ++i) {
    ask(false);
    ask(true);
  }
  EXPECT_EQ(breaker_.state(), State::Closed) << "eighteen are too few to tell";
  ask(true);
  ask(false);
  EXPECT_EQ(breaker_.state(), State::Open);
}

TEST_F(BreakerTest, forgetsFailuresThatAreOlderThanTenSeconds) {
  for (int i = 0; i < 9; ++i) {
    ask(false);
    ask(true);
  }
  now_ += 11s;
  ask(true);
  ask(false);
  EXPECT_EQ(breaker_.state(), State::Closed);
}

TEST_F(BreakerTest, threeBrokenStreamsInARowOpenIt) {
  for (int i = 0; i < 3; ++i) ask(false, false, Breaker::Failure::Truncated);
  EXPECT_EQ(breaker_.state(), State::Open);
}

TEST_F(BreakerTest, staysOpenForLongerEachTimeInARow) {
  askTimes(5, false);
  for (int n = 1; n <= 15; ++n) {
    const Duration open = std::min<Duration>(30s * n, 300s);
    now_ += open - 1ms;
    EXPECT_FALSE(ask(false)) << n;
    now_ += 1ms;
    EXPECT_TRUE(ask(false)) << n;
  }
}

TEST_F(BreakerTest, letsExactlyOneTrialThrough) {
  askTimes(5, false);
  now_ += 30s;
  EXPECT_EQ(breaker_.admit(now_, false), Pass::Trial);
  EXPECT_EQ(breaker_.state(), State::HalfOpen);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(breaker_.admit(now_, i % 2 == 0), Pass::No);
  breaker_.answered(Pass::Trial, now_);
  EXPECT_NE(breaker_.admit(now_, false), Pass::No);
}

TEST_F(BreakerTest, aTrialThatNobodyWaitsForMakesWayForTheNext) {
  askTimes(5, false);
  now_ += 30s;
  EXPECT_EQ(breaker_.admit(now_, false), Pass::Trial);
  breaker_.left(Pass::Trial, now_);
  EXPECT_EQ(breaker_.admit(now_, false), Pass::Trial);
  now_ += Breaker::kTrialHolds;
  EXPECT_EQ(breaker_.admit(now_, false), Pass::Trial) << "the one before hangs";
}

TEST_F(BreakerTest, whereNobodyElseIsLeftATrialGoesEachSecond) {
  askTimes(5, false, true);
  EXPECT_EQ(breaker_.state(), State::Open);
  int tried = 0;
  for (int ms = 0; ms < 10'000; ms += 10, now_ += 10ms) tried += ask(false, true);
  EXPECT_GE(tried, 9);
  EXPECT_LE(tried, 10);
}

TEST_F(BreakerTest, theLastOneStaysWhileAnyOfItsRequestsSucceeds) {
  std::mt19937 random(7);
  std::bernoulli_distribution good(0.4);
  for (int i = 0; i < 5'000; ++i, now_ += 20ms) EXPECT_TRUE(ask(good(random), true));
}

TEST_F(BreakerTest, theLastOneOpensWhenItIsDead) {
  askTimes(200, true, true);
  askTimes(4, false, true);
  EXPECT_EQ(breaker_.state(), State::Closed);
  ask(false, true);
  EXPECT_EQ(breaker_.state(), State::Open);
}

TEST_F(BreakerTest, recoversStepByStep) {
  askTimes(5, false);
  now_ += 30s;
  ASSERT_EQ(breaker_.admit(now_, false), Pass::Trial);
  breaker_.answered(Pass::Trial, now_);
  const auto crowd = [&] {
    int through = 0;
    for (int i = 0; i < 1000; ++i) through += breaker_.admit(now_, true) == Pass::Normal;
    return through;
  };
  EXPECT_EQ(crowd(), 2);
  now_ += 250ms;
  EXPECT_EQ(crowd(), 2);
  now_ += 500ms;
  EXPECT_EQ(crowd(), 12);
  now_ += 2s;
  EXPECT_EQ(crowd(), 1000);
}

// Whatever happens, in whatever order: what is promised of a breaker holds.
TEST(BreakerSimulationTest, keepsItsPromisesWhateverHappens) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const auto chance = [&](double p) { return std::bernoulli_distribution(p)(random); };
    Breaker breaker;
    SteadyTime now(1000h);
    SteadyTime last_trial{};
    std::vector<Pass> open;
    int trials_out = 0;
    double health = 1;
    for (int step = 0; step < 3'000; ++step) {
      now += std::chrono::milliseconds(std::uniform_int_distribution(0, 400)(random));
      if (chance(0.01)) health = std::uniform_real_distribution(0.0, 1.0)(random);
      const bool alone = chance(0.5);
      if (chance(0.6)) {
        const Pass pass = breaker.admit(now, alone);
        if (pass == Pass::Trial) {
          ASSERT_TRUE(trials_out == 0 || now >= last_trial + Breaker::kTrialHolds) << seed;
          ASSERT_GE(now, last_trial + (trials_out == 0 ? 0s : Breaker::kTrialHolds));
          last_trial = now;
          trials_out = 1;
        }
        if (pass != Pass::No) open.push_back(pass);
      } else if (!open.empty()) {
        const std::size_t at = std::uniform_int_distribution<std::size_t>(0, open.size() - 1)(random);
        const Pass pass = open[at];
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
        if (pass == Pass::Trial) trials_out = 0;
        const State before = breaker.state();
        if (chance(0.1)) {
          breaker.left(pass, now);
        } else if (chance(health)) {
          breaker.succeeded(pass, now);
          if (pass == Pass::Trial) { ASSERT_TRUE(breaker.state() == State::Recovering || breaker.state() == State::Closed); }
        } else {
          breaker.failed(pass, now, Breaker::Failure::Plain);
          if (before == State::HalfOpen && pass == Pass::Trial) { ASSERT_EQ(breaker.state(), State::Open); }
          if (breaker.due(now, alone)) breaker.open(now);
        }
      }
      ASSERT_LE(breaker.wait(now, false), Breaker::kLongestOpen);
      if (breaker.state() == State::Open) { ASSERT_LE(breaker.wait(now, true), Breaker::kProbeEvery); }
      if (breaker.state() == State::Closed) { ASSERT_EQ(breaker.wait(now, false), Duration{}); }
    }
  }
}

}  // namespace
}  // namespace signalbox::upstream
