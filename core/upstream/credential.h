// SPDX-License-Identifier: Apache-2.0
// A key that upstreams are asked with. Refused with 401 or 403 it is not used any more; one request is let through after 30 s x n,
// 300 s at most, to see whether that still holds. Time is an argument. Thread-safe.
#pragma once
#include <atomic>
#include <mutex>

#include "upstream/breaker.h"

namespace signalbox::upstream {

class Credential {
 public:
  [[nodiscard]] Breaker::Pass admit(SteadyTime now) {
    if (!disabled()) return Breaker::Pass::Normal;
    const std::lock_guard lock(mutex_);
    return trials_.admit(now, false);
  }
  void accepted(Breaker::Pass pass) {
    if (pass != Breaker::Pass::Trial) return;
    const std::lock_guard lock(mutex_);
    trials_ = Breaker();
    disabled_.store(false, std::memory_order_relaxed);
  }
  // True: it was in use until now.
  bool refused(Breaker::Pass pass, SteadyTime now) {
    const std::lock_guard lock(mutex_);
    const bool before = disabled_.exchange(true, std::memory_order_relaxed);
    if (before) trials_.failed(pass, now, Breaker::Failure::Plain);
    else trials_.open(now);
    return !before;
  }
  void left(Breaker::Pass pass, SteadyTime now) {
    if (pass != Breaker::Pass::Trial) return;
    const std::lock_guard lock(mutex_);
    trials_.left(pass, now);
  }
  [[nodiscard]] bool disabled() const { return disabled_.load(std::memory_order_relaxed); }
  [[nodiscard]] Duration wait(SteadyTime now) const {
    const std::lock_guard lock(mutex_);
    return trials_.wait(now, false);
  }

 private:
  mutable std::mutex mutex_;
  Breaker trials_;
  std::atomic<bool> disabled_{false};
};

}  // namespace signalbox::upstream
