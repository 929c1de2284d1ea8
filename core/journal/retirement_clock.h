// SPDX-License-Identifier: Apache-2.0
// Wall time by which old rows are deleted. A clock that is set forward is believed only once it has stood so for an hour: what a
// wrong one deletes does not come back when it is put right. A machine that slept, and a router that was away, wait for their deletions
// as long. Pure. Not thread-safe.
#pragma once
#include <optional>

#include "base/clock.h"

namespace signalbox::journal {

class RetirementClock {
 public:
  static constexpr Duration kBelievedAfter = std::chrono::hours(1);
  static constexpr Duration kDrift = std::chrono::minutes(1);  // between two looks it is no leap

  RetirementClock() = default;
  // Of a store that holds a row from then: a clock that is far beyond it may be the one that is wrong.
  explicit RetirementClock(WallMicros newest) : newest_(newest) {}

  // Never later than the wall clock.
  [[nodiscard]] WallMicros read(WallMicros wall, SteadyTime now) {
    const WallMicros expected = last_ ? last_->wall + micros(now - last_->at) : newest_.value_or(wall);
    const bool leapt = wall > expected + micros(kDrift);
    if (leapt && !leapt_at_) leapt_at_ = now;
    if (leapt && now - *leapt_at_ < kBelievedAfter) {
      last_ = {expected, now};
      return expected;
    }
    leapt_at_.reset();
    last_ = {wall, now};
    return wall;
  }

 private:
  struct Look {
    WallMicros wall;
    SteadyTime at;
  };
  static WallMicros micros(Duration duration) { return std::chrono::duration_cast<std::chrono::microseconds>(duration).count(); }
  std::optional<WallMicros> newest_;
  std::optional<Look> last_;
  std::optional<SteadyTime> leapt_at_;
};

}  // namespace signalbox::journal
