// SPDX-License-Identifier: Apache-2.0
// A token bucket by the steady clock. Not thread-safe.
#pragma once
#include <algorithm>

#include "base/clock.h"

namespace signalbox::engine {

class RateLimit {
 public:
  RateLimit(double per_second, double burst, SteadyTime now) : rate_(per_second), burst_(burst), tokens_(burst), at_(now) {}
  // Takes one; false when there is none.
  [[nodiscard]] bool take(SteadyTime now) {
    tokens_ = std::min(burst_, tokens_ + rate_ * std::chrono::duration<double>(now - at_).count());
    at_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  double rate_, burst_, tokens_;
  SteadyTime at_;
};

}  // namespace signalbox::engine
