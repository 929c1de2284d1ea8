// SPDX-License-Identifier: Apache-2.0
// How many of a tier's requests may be hedged: a share of them, and nothing saved up beyond one. Thread-safe.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>

namespace signalbox::upstream {

class HedgeBudget {
 public:
  explicit HedgeBudget(double share) : share_(static_cast<std::int64_t>(share * kOne)) {}
  void chosen() {
    auto held = held_.load(std::memory_order_relaxed);
    while (held < kOne && !held_.compare_exchange_weak(held, std::min(kOne, held + share_), std::memory_order_relaxed)) {
    }
  }
  [[nodiscard]] bool spend() {
    auto held = held_.load(std::memory_order_relaxed);
    while (held >= kOne) {
      if (held_.compare_exchange_weak(held, held - kOne, std::memory_order_relaxed)) return true;
    }
    return false;
  }

 private:
  static constexpr std::int64_t kOne = 1'000'000;
  const std::int64_t share_;
  std::atomic<std::int64_t> held_{0};
};

}  // namespace signalbox::upstream
