// SPDX-License-Identifier: Apache-2.0
// How much was used within the last minute, in steps of a quarter of a second. Pure: time is an argument. Not thread-safe.
#pragma once
#include <vector>

#include "base/clock.h"

namespace signalbox::admit {

class RollingMinute {
 public:
  // Which step of time an amount was put into, for taking it out again.
  using Step = std::int64_t;

  Step add(SteadyTime now, std::int64_t amount);
  // Takes back what was added there; nothing when that is a minute ago.
  void takeBack(SteadyTime now, Step step, std::int64_t amount);
  [[nodiscard]] std::int64_t sum(SteadyTime now);
  // Until `amount` more keeps the sum within `limit`; 0: now. REQUIRES: amount ≤ limit. At most a minute.
  [[nodiscard]] Duration untilRoom(SteadyTime now, std::int64_t amount, std::int64_t limit);

 private:
  void advance(SteadyTime now);
  std::vector<std::int64_t> steps_;  // made at the first use: most keys have no limits
  Step head_ = 0;
  std::int64_t sum_ = 0;
};

}  // namespace signalbox::admit
