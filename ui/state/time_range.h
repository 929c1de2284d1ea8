// SPDX-License-Identifier: GPL-3.0-only
// A half-open range of time, either the last so many seconds (which moves with the clock) or two fixed instants. A value.
#pragma once
#include <QString>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "state/zone.h"

namespace signalbox::ui {

struct Span {
  WallMicros since = 0;
  WallMicros until = 0;  // not included
  [[nodiscard]] WallMicros length() const { return until - since; }
  [[nodiscard]] bool contains(WallMicros time) const { return time >= since && time < until; }
  friend bool operator==(const Span&, const Span&) = default;
};

class TimeRange {
 public:
  TimeRange() = default;  // the last hour
  [[nodiscard]] static TimeRange last(std::int64_t seconds);
  [[nodiscard]] static TimeRange between(WallMicros since, WallMicros until);  // in either order

  [[nodiscard]] bool isLive() const { return last_s_ > 0; }                    // its end is now
  [[nodiscard]] Span at(WallMicros now) const;
  [[nodiscard]] QString id() const;                                // 15m, 1h, 7d; empty for a fixed range
  [[nodiscard]] static std::optional<TimeRange> fromId(const QString& id);
  [[nodiscard]] QString label() const;                                         // "Last 24 h", "Fixed range"
  [[nodiscard]] QString written(const Zone& zone, WallMicros now) const;       // "Wed 18 Nov 14:30 – Thu 19 Nov 14:30"
  // One length earlier or later; a later step that would pass now becomes the live range again.
  [[nodiscard]] TimeRange stepped(int by, WallMicros now) const;

  friend bool operator==(const TimeRange&, const TimeRange&) = default;

 private:
  std::int64_t last_s_ = 3600;  // 0: absolute
  Span span_;
};

// What the range menu offers, shortest first.
[[nodiscard]] const std::vector<TimeRange>& presetRanges();
// A bucket of round length (1 s … 1 d) so that `span` has at most `most` of them.
[[nodiscard]] WallMicros bucketFor(const Span& span, int most);

}  // namespace signalbox::ui
