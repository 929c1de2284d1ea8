// SPDX-License-Identifier: Apache-2.0
// What may be asked again because of one upstream's failures: three, and one more for every ten requests that chose it. In any
// stretch of requests there are no more further attempts than 10% + 3, however long all was well before. Thread-safe.
#pragma once
#include <atomic>
#include <cstdint>

namespace signalbox::upstream {

class RetryBudget {
 public:
  static constexpr std::int32_t kReserve = 3, kChosenForOne = 10;

  void chosen() {
    auto held = tenths_.load(std::memory_order_relaxed);
    while (held < kFull && !tenths_.compare_exchange_weak(held, held + 1, std::memory_order_relaxed)) {
    }
  }
  [[nodiscard]] bool spend() {
    auto held = tenths_.load(std::memory_order_relaxed);
    while (held >= kChosenForOne) {
      if (tenths_.compare_exchange_weak(held, held - kChosenForOne, std::memory_order_relaxed)) return true;
    }
    return false;
  }

 private:
  static constexpr std::int32_t kFull = kReserve * kChosenForOne;
  std::atomic<std::int32_t> tenths_{kFull};
};

}  // namespace signalbox::upstream
