// SPDX-License-Identifier: Apache-2.0
// What a key has spent on each of the last UTC days. A wall clock that is set back finds the day it had left, so that no spend is
// forgotten by it. Pure. Not thread-safe.
#pragma once
#include <optional>
#include <vector>

#include "base/clock.h"

namespace signalbox::admit {

// Days since the Unix epoch, UTC.
[[nodiscard]] std::int64_t utcDay(WallMicros time);
// Until the next UTC day begins, in seconds.
[[nodiscard]] double secondsLeftOfDay(WallMicros time);

struct Spend {
  double usd = 0;            // of requests whose cost is known
  std::int64_t known = 0;    // how many those are
  std::int64_t unknown = 0;  // and the others
  // What cost nothing says nothing of what the next one will cost.
  void add(std::optional<double> cost) {
    usd += cost.value_or(0);
    if (!cost) ++unknown;
    else if (*cost > 0) ++known;
  }
  // Those of unknown cost count as much as the others cost on average.
  [[nodiscard]] double total() const { return known == 0 ? usd : usd + usd / static_cast<double>(known) * static_cast<double>(unknown); }
  [[nodiscard]] double mean() const { return known == 0 ? 0 : usd / static_cast<double>(known); }
};

class DaySpend {
 public:
  [[nodiscard]] Spend& of(std::int64_t day);
  // What a request cost on average, that day or on the last one before it that knows; nullopt: nobody does.
  [[nodiscard]] std::optional<double> mean(std::int64_t day) const;

 private:
  struct Day {
    std::int64_t day;
    Spend spend;
  };
  std::vector<Day> days_;  // in order
};

}  // namespace signalbox::admit
