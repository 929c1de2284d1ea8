// SPDX-License-Identifier: Apache-2.0
// How long a provider that answered 429 is left alone, for one key and model: as long as it says, a minute at most; where it does
// not say, a second, and twice as long each further time in a row. Time is an argument. Thread-safe.
#pragma once
#include <algorithm>
#include <atomic>

#include "base/clock.h"

namespace signalbox::upstream {

class Cooldown {
 public:
  static constexpr Duration kLongest = std::chrono::seconds(60);

  // `retry_after_s`: as the provider said; 0 where it did not. Returns how long it is.
  Duration limited(SteadyTime now, double retry_after_s) {
    const int before = std::min(in_a_row_.fetch_add(1, std::memory_order_relaxed), 6);
    const auto said = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(retry_after_s));
    const Duration own = std::chrono::seconds(1ll << before);
    const Duration wait = std::min(said > Duration{} ? said : own, kLongest);
    const auto until = (now + wait).time_since_epoch().count();
    auto known = until_.load(std::memory_order_relaxed);
    while (known < until && !until_.compare_exchange_weak(known, until, std::memory_order_relaxed)) {
    }
    return wait;
  }
  void answered() {
    if (in_a_row_.load(std::memory_order_relaxed) != 0) in_a_row_.store(0, std::memory_order_relaxed);
  }
  // Zero where it may be asked.
  [[nodiscard]] Duration left(SteadyTime now) const {
    const auto until = until_.load(std::memory_order_relaxed);
    if (until == 0) return {};  // the common case needs no arithmetic
    return std::max(Duration{}, Duration(until) - now.time_since_epoch());
  }

 private:
  std::atomic<Duration::rep> until_{0};
  std::atomic<int> in_a_row_{0};
};

}  // namespace signalbox::upstream
