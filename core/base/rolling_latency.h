// SPDX-License-Identifier: Apache-2.0
// Durations of the last five minutes, in buckets that are 10% wide: enough to tell a quantile to 5%. Time is an argument.
// Thread-safe; add() is a lock and an increment.
#pragma once
#include <array>
#include <cstdint>
#include <mutex>
#include <optional>

#include "base/clock.h"

namespace signalbox {

class RollingLatency {
 public:
  // Below so many nothing is said of a quantile.
  static constexpr std::int64_t kLeast = 20;
  struct Quantile {
    std::optional<double> ms;  // unset: too few are known
    std::int64_t n = 0;        // that it rests on
  };

  void add(SteadyTime now, Duration duration);
  // REQUIRES: 0 < q < 1.
  [[nodiscard]] Quantile quantile(SteadyTime now, double q) const;

 private:
  static constexpr std::size_t kBuckets = 172;  // from 0.1 ms to 20 min
  static constexpr std::size_t kMinutes = 5;
  struct Minute {
    std::int64_t at = -1;
    std::array<std::uint32_t, kBuckets> counts{};
  };
  mutable std::mutex mutex_;
  std::array<Minute, kMinutes> minutes_{};
};

}  // namespace signalbox
