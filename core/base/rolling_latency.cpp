// SPDX-License-Identifier: Apache-2.0
#include "base/rolling_latency.h"

#include <algorithm>
#include <cmath>

namespace signalbox {
namespace {

constexpr double kLeastMs = 0.1;
const double kLogWidth = std::log(1.1);

std::int64_t minuteOf(SteadyTime time) { return std::chrono::duration_cast<std::chrono::minutes>(time.time_since_epoch()).count(); }

}  // namespace

void RollingLatency::add(SteadyTime now, Duration duration) {
  const double ms = std::chrono::duration<double, std::milli>(duration).count();
  const double at = ms > kLeastMs ? std::log(ms / kLeastMs) / kLogWidth : 0;
  const auto bucket = std::min(static_cast<std::size_t>(at), kBuckets - 1);
  const std::int64_t minute = minuteOf(now);
  const std::lock_guard lock(mutex_);
  Minute& slot = minutes_[static_cast<std::size_t>(minute) % kMinutes];
  if (slot.at != minute) slot = {minute, {}};
  ++slot.counts[bucket];
}

RollingLatency::Quantile RollingLatency::quantile(SteadyTime now, double q) const {
  std::array<std::int64_t, kBuckets> sum{};
  Quantile result;
  {
    const std::int64_t oldest = minuteOf(now) - static_cast<std::int64_t>(kMinutes);
    const std::lock_guard lock(mutex_);
    for (const Minute& minute : minutes_) {
      if (minute.at <= oldest) continue;
      for (std::size_t i = 0; i < kBuckets; ++i) sum[i] += minute.counts[i];
    }
  }
  for (const std::int64_t count : sum) result.n += count;
  if (result.n < kLeast) return result;
  const auto rank = static_cast<std::int64_t>(std::ceil(q * static_cast<double>(result.n)));
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += sum[i];
    if (seen < rank) continue;
    result.ms = kLeastMs * std::exp((static_cast<double>(i) + 0.5) * kLogWidth);
    break;
  }
  return result;
}

}  // namespace signalbox
