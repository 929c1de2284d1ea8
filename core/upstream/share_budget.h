// SPDX-License-Identifier: Apache-2.0
// How many further attempts the requests that chose somebody pay for: each a share of one, of which no more than `most` is saved up.
// In any stretch of requests there are no more than its share and `most`, however long all was well before. Thread-safe.
#pragma once
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>

namespace signalbox::upstream {

class ShareBudget {
 public:
  // Holds `held` at first. REQUIRES: 0 ≤ share ≤ 1; held ≤ most.
  ShareBudget(double share, int most, int held) : share_(std::llround(share * kOne)), most_(most * kOne), held_(held * kOne) {}
  void chosen() {
    auto held = held_.load(std::memory_order_relaxed);
    while (held < most_ && !held_.compare_exchange_weak(held, std::min(most_, held + share_), std::memory_order_relaxed)) {
    }
  }
  [[nodiscard]] bool spend() {
    auto held = held_.load(std::memory_order_relaxed);
    while (held >= kOne) {
      if (held_.compare_exchange_weak(held, held - kOne, std::memory_order_relaxed)) return true;
    }
    return false;
  }

  // What was paid for was not done after all.
  void giveBack() {
    auto held = held_.load(std::memory_order_relaxed);
    while (!held_.compare_exchange_weak(held, std::min(most_, held + kOne), std::memory_order_relaxed)) {
    }
  }

 private:
  static constexpr std::int64_t kOne = 1'000'000;
  const std::int64_t share_, most_;
  std::atomic<std::int64_t> held_;
};

// What may be asked again because of one upstream's failures.
inline constexpr double kRetryShare = 0.1;
inline constexpr int kRetryReserve = 3;

}  // namespace signalbox::upstream
