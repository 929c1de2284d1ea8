// SPDX-License-Identifier: Apache-2.0
// How near the process is to its memory limit: from 90 % on requests are shed, until less than 85 % are in use; from 95 % on none is
// read any more, until less than 92 % are. Measured by a tick, so that a request only looks at a flag. Thread-safe; one measures.
#pragma once
#include <atomic>
#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace signalbox::admit {

class MemoryPressure {
 public:
  // Whether what was freed is to be given back to the system now: near the limit, or else requests might be shed for memory that
  // nobody uses; and not at every measurement, because looking through the heap takes long.
  [[nodiscard]] bool wantsTrim(std::uint64_t used, std::uint64_t limit, SteadyTime now) {
    if (!reaches(used, limit, sheds() ? 85 : 90) || (trimmed_at_ && now - *trimmed_at_ < kBetweenTrims)) return false;
    trimmed_at_ = now;
    return true;
  }
  // Says whether one of the flags has changed. One that is set goes only with some room below what set it, or it would come and go.
  bool measured(std::uint64_t used, std::uint64_t limit) {
    const bool sheds = reaches(used, limit, sheds_.load(std::memory_order_relaxed) ? 85 : 90);
    const bool refuses = reaches(used, limit, refuses_.load(std::memory_order_relaxed) ? 92 : 95);
    const bool changed = sheds != sheds_.exchange(sheds, std::memory_order_relaxed);
    return refuses_.exchange(refuses, std::memory_order_relaxed) != refuses || changed;
  }
  [[nodiscard]] bool sheds() const { return sheds_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool refuses() const { return refuses_.load(std::memory_order_relaxed); }
  [[nodiscard]] const std::atomic<bool>& refusing() const { return refuses_; }

 private:
  static constexpr Duration kBetweenTrims = std::chrono::seconds(3);
  [[nodiscard]] static bool reaches(std::uint64_t used, std::uint64_t limit, std::uint64_t percent) { return used >= limit / 100 * percent; }

  std::atomic<bool> sheds_{false}, refuses_{false};
  std::optional<SteadyTime> trimmed_at_;  // of whoever measures
};

}  // namespace signalbox::admit
