// SPDX-License-Identifier: Apache-2.0
#include "admit/day_spend.h"

#include <algorithm>

namespace signalbox::admit {
namespace {

constexpr WallMicros kDay = 86'400'000'000;
constexpr std::size_t kKept = 400;

}  // namespace

std::int64_t utcDay(WallMicros time) { return time >= 0 ? time / kDay : -1; }

double secondsLeftOfDay(WallMicros time) { return static_cast<double>((utcDay(time) + 1) * kDay - time) / 1e6; }

Spend& DaySpend::of(std::int64_t day) {
  const auto at = std::ranges::lower_bound(days_, day, {}, &Day::day);
  if (at != days_.end() && at->day == day) return at->spend;
  auto made = days_.insert(at, {day, {}});
  // The day asked for stays, however old it is.
  if (days_.size() > kKept) {
    const bool first = made == days_.begin();
    days_.erase(first ? days_.end() - 1 : days_.begin());
    made = std::ranges::lower_bound(days_, day, {}, &Day::day);
  }
  return made->spend;
}

std::optional<double> DaySpend::mean(std::int64_t day) const {
  for (auto at = days_.rbegin(); at != days_.rend(); ++at) {
    if (at->day <= day && at->spend.known > 0) return at->spend.mean();
  }
  return std::nullopt;
}

}  // namespace signalbox::admit
