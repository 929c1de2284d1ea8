// SPDX-License-Identifier: Apache-2.0
// For lines of the log about what can happen many times a second: one in ten seconds at most. Thread-safe.
#pragma once
#include <atomic>

#include "base/clock.h"

namespace signalbox {

class Rarely {
 public:
  // Whether it is time again; whoever is told so has used it up.
  [[nodiscard]] bool mayTell(SteadyTime now) {
    constexpr Duration kQuiet = std::chrono::seconds(10);
    SteadyTime from = from_.load(std::memory_order_relaxed);
    return now >= from && from_.compare_exchange_strong(from, now + kQuiet, std::memory_order_relaxed);
  }

 private:
  std::atomic<SteadyTime> from_{SteadyTime::min()};
};

}  // namespace signalbox
