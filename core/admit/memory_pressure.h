// SPDX-License-Identifier: Apache-2.0
// How near the process is to its memory limit: from 90 % on requests are shed, from 95 % on none is read any more. Measured by a
// tick, so that a request only looks at a flag. Thread-safe.
#pragma once
#include <atomic>
#include <cstdint>

namespace signalbox::admit {

class MemoryPressure {
 public:
  [[nodiscard]] static bool near(std::uint64_t used, std::uint64_t limit) { return used >= limit / 10 * 9; }
  // Says whether one of the flags has changed.
  bool measured(std::uint64_t used, std::uint64_t limit) {
    const bool sheds = near(used, limit), refuses = used >= limit / 20 * 19;
    const bool changed = sheds != sheds_.exchange(sheds, std::memory_order_relaxed);
    return refuses_.exchange(refuses, std::memory_order_relaxed) != refuses || changed;
  }
  [[nodiscard]] bool sheds() const { return sheds_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool refuses() const { return refuses_.load(std::memory_order_relaxed); }
  [[nodiscard]] const std::atomic<bool>& refusing() const { return refuses_; }

 private:
  std::atomic<bool> sheds_{false}, refuses_{false};
};

}  // namespace signalbox::admit
