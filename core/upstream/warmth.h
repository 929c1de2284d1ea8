// SPDX-License-Identifier: Apache-2.0
// Whether a deployment has gone cold: its first answer after a time without requests came slower than expected. Expected is what the
// configuration says; else, for streams, four times what is usual there, and a second. Time is an argument. Thread-safe.
#pragma once
#include <algorithm>
#include <atomic>
#include <optional>

#include "base/clock.h"
#include "domain/tier.h"

namespace signalbox::upstream {

class Warmth {
 public:
  explicit Warmth(const std::optional<domain::KeepWarm>& keep)
      : idle_(keep ? keep->every : Duration(std::chrono::seconds(60))), expected_(keep ? keep->expect_within : Duration{}) {}

  // A request goes there; whether it is the first after a time without.
  [[nodiscard]] bool asked(SteadyTime now) {
    const auto ticks = now.time_since_epoch().count();
    const auto before = asked_at_.exchange(ticks, std::memory_order_relaxed);
    return before == 0 || ticks - before >= idle_.count();
  }
  // Its first words came; true when that made it cold.
  bool answered(Duration took, bool after_idle) {
    const Duration most = expected();
    const bool late = most > Duration{} && took > most;
    if (late && after_idle) return !cold_.exchange(true, std::memory_order_relaxed);
    if (!late) {
      if (cold()) cold_.store(false, std::memory_order_relaxed);
      learn(took);
    }
    return false;
  }
  [[nodiscard]] bool cold() const { return cold_.load(std::memory_order_relaxed); }
  [[nodiscard]] Duration idleFor(SteadyTime now) const {
    const auto at = asked_at_.load(std::memory_order_relaxed);
    return at == 0 ? Duration::max() : Duration(now.time_since_epoch().count() - at);
  }
  // Zero: not known.
  [[nodiscard]] Duration expected() const {
    if (expected_ > Duration{}) return expected_;
    if (known_.load(std::memory_order_relaxed) < kLeast) return {};
    return std::max<Duration>(std::chrono::seconds(1), Duration(4 * usual_.load(std::memory_order_relaxed)));
  }

 private:
  static constexpr int kLeast = 20;
  // A mean that forgets; two threads at once lose one of their values, which does no harm.
  void learn(Duration took) {
    const int known = known_.load(std::memory_order_relaxed);
    const auto usual = usual_.load(std::memory_order_relaxed);
    usual_.store(usual + (took.count() - usual) / (known < kLeast ? known + 1 : kLeast), std::memory_order_relaxed);
    if (known < kLeast) known_.store(known + 1, std::memory_order_relaxed);
  }

  const Duration idle_, expected_;
  std::atomic<Duration::rep> asked_at_{0}, usual_{0};
  std::atomic<int> known_{0};
  std::atomic<bool> cold_{false};
};

}  // namespace signalbox::upstream
