// SPDX-License-Identifier: Apache-2.0
// When a deployment is left alone, and how it is tried again: a state machine over the outcomes of its requests. Pure: time is an
// argument. Not thread-safe; its owner locks.
//
//   Closed     --five failures in a row, or half of at least twenty in 10 s, or three broken streams in a row-->  Open
//   Open       --after 30 s x n (n: openings in a row, at most 300 s); at once each second where nobody else is left-->  HalfOpen
//   HalfOpen   --the one trial answers-->  Recovering      --it fails-->  Open
//   Recovering --two seconds, or 32 answers-->  Closed     (lets through twice as many every quarter of a second)
#pragma once
#include <array>
#include <cstdint>

#include "base/clock.h"

namespace signalbox::upstream {

class Breaker {
 public:
  enum class State : std::uint8_t { Closed, Recovering, HalfOpen, Open };
  // What a request was let through as; its outcome is told with it.
  enum class Pass : std::uint8_t { No, Normal, Trial };
  enum class Failure : std::uint8_t { Plain, Truncated };

  static constexpr int kInARow = 5;
  static constexpr int kTruncatedInARow = 3;
  static constexpr int kLeastForShare = 20;
  static constexpr Duration kOpen = std::chrono::seconds(30), kLongestOpen = std::chrono::seconds(300);
  static constexpr Duration kProbeEvery = std::chrono::seconds(1);
  static constexpr Duration kTrialHolds = std::chrono::seconds(30);  // a trial without outcome keeps others out for so long
  static constexpr Duration kRecovery = std::chrono::seconds(2), kRecoveryStep = std::chrono::milliseconds(250);
  static constexpr int kRecovered = 32;

  // `nobody_else`: the tier has no other deployment that could be asked, so that a trial may go each second.
  [[nodiscard]] Pass admit(SteadyTime now, bool nobody_else);
  // The request's first words have come: a trial has done its duty, however long the rest takes.
  void answered(Pass pass, SteadyTime now);
  void succeeded(Pass pass, SteadyTime now);
  void failed(Pass pass, SteadyTime now, Failure kind);
  // It ended without telling anything of the deployment.
  void left(Pass pass, SteadyTime now);

  // Whether what was counted is enough to open. `last`: no other deployment of some tier is left. Then requests must fail five in a
  // row, and so many that this is no chance: a success within the 10 s forbids it while runs as long come up in one of 10,000
  // cases at the rate of failures before.
  [[nodiscard]] bool due(SteadyTime now, bool last) const;
  void open(SteadyTime now);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool failing() const { return in_a_row_ > 0; }
  // Until a request may be let through; zero where one may now.
  [[nodiscard]] Duration wait(SteadyTime now, bool nobody_else) const;

 private:
  struct Second {
    std::int64_t at = -1;
    int good = 0, bad = 0;
  };
  struct Sum {
    int good = 0, bad = 0;
  };
  Second& second(SteadyTime now);
  [[nodiscard]] Sum sum(SteadyTime now) const;
  [[nodiscard]] SteadyTime trialFrom(bool nobody_else) const;
  void close(SteadyTime now);

  static constexpr std::size_t kSeconds = 10;
  State state_ = State::Closed;
  std::array<Second, kSeconds> window_{};
  int in_a_row_ = 0, truncated_in_a_row_ = 0;
  int openings_ = 0;         // in a row
  SteadyTime open_until_{};
  SteadyTime tried_at_{};    // the opening, or the last trial
  SteadyTime closed_at_{};
  int let_through_ = 0, answered_ = 0;  // while recovering
};

}  // namespace signalbox::upstream
