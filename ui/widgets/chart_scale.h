// SPDX-License-Identifier: GPL-3.0-only
// Where the ticks of a chart fall: round values, round local times. Pure.
#pragma once
#include <QString>
#include <QTimeZone>
#include <utility>
#include <vector>

namespace signalbox::ui {

// Round values (1, 2, 2.5 or 5 times a power of ten) covering [lo, hi]; about as many as wanted, never fewer than two.
struct ValueTicks {
  double lo = 0, hi = 1;  // round ends
  std::vector<double> at;
};
[[nodiscard]] ValueTicks linearTicks(double lo, double hi, int least, int most);
// 1, 2 and 5 of each decade inside [lo, hi]; only decades where that is too many. REQUIRES: 0 < lo < hi.
[[nodiscard]] std::vector<double> logTicks(double lo, double hi, int most);

struct TimeTick {
  qint64 at = 0;       // µs UTC
  QString label;
  bool dayChange = false;
};
// Ticks on round local times of the zone, at most `most`. Times in µs UTC.
[[nodiscard]] std::vector<TimeTick> timeTicks(qint64 since, qint64 until, int most, const QTimeZone& zone);
// A time as the cursor's tag writes it: as exact as the range needs.
[[nodiscard]] QString timeLabel(qint64 at, qint64 span, const QTimeZone& zone);

}  // namespace signalbox::ui
