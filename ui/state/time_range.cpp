// SPDX-License-Identifier: GPL-3.0-only
#include "state/time_range.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>

namespace signalbox::ui {

namespace {
constexpr WallMicros kSecond = 1'000'000;
constexpr std::int64_t kMinuteS = 60, kHourS = 3600, kDayS = 86'400;

QString tr(const char* text, int n = -1) { return QCoreApplication::translate("TimeRange", text, nullptr, n); }
}  // namespace

TimeRange TimeRange::last(std::int64_t seconds) {
  TimeRange range;
  range.last_s_ = std::max<std::int64_t>(1, seconds);
  return range;
}

TimeRange TimeRange::between(WallMicros since, WallMicros until) {
  TimeRange range;
  range.last_s_ = 0;
  range.span_ = {std::min(since, until), std::max({since, until, std::min(since, until) + kSecond})};
  return range;
}

Span TimeRange::at(WallMicros now) const { return isLive() ? Span{now - last_s_ * kSecond, now} : span_; }

QString TimeRange::id() const {
  if (!isLive()) return {};
  if (last_s_ % kDayS == 0) return QStringLiteral("%1d").arg(last_s_ / kDayS);
  if (last_s_ % kHourS == 0) return QStringLiteral("%1h").arg(last_s_ / kHourS);
  return QStringLiteral("%1m").arg(last_s_ / kMinuteS);
}

std::optional<TimeRange> TimeRange::fromId(const QString& id) {
  for (const TimeRange& range : presetRanges()) {
    if (range.id() == id) return range;
  }
  return std::nullopt;
}

QString TimeRange::label() const {
  if (!isLive()) return tr("Fixed range");
  if (last_s_ == kHourS) return tr("Last hour");
  if (last_s_ % kDayS == 0 && last_s_ > kDayS) return tr("Last %1 d").arg(last_s_ / kDayS);
  if (last_s_ % kHourS == 0) return tr("Last %1 h").arg(last_s_ / kHourS);
  if (last_s_ % kMinuteS == 0) return tr("Last %1 min").arg(last_s_ / kMinuteS);
  return tr("Last %1 s").arg(last_s_);
}

QString TimeRange::written(const Zone& zone, WallMicros now) const {
  const Span span = at(now);
  const bool same_day = zone.at(span.since).date() == zone.at(span.until).date();
  const bool fine = span.length() < 10 * kMinuteS * kSecond && !isLive();
  const Zone::Style clock = fine ? Zone::Style::Second : Zone::Style::Minute;
  const auto full = [&](WallMicros time) {
    return zone.text(time, Zone::Style::Day) + QLatin1Char(' ') + zone.text(time, clock);
  };
  return full(span.since) + QStringLiteral(" – ") + (same_day ? zone.text(span.until, clock) : full(span.until));
}

TimeRange TimeRange::stepped(int by, WallMicros now) const {
  const Span span = at(now);
  const WallMicros shift = span.length() * by;
  if (span.until + shift >= now && by > 0) {
    return last(span.length() / kSecond);
  }
  return between(span.since + shift, span.until + shift);
}

const std::vector<TimeRange>& presetRanges() {
  static const std::vector<TimeRange> ranges = {
      TimeRange::last(5 * kMinuteS), TimeRange::last(15 * kMinuteS), TimeRange::last(kHourS), TimeRange::last(6 * kHourS),
      TimeRange::last(kDayS),        TimeRange::last(7 * kDayS),     TimeRange::last(30 * kDayS)};
  return ranges;
}

WallMicros bucketFor(const Span& span, int most) {
  static constexpr std::array<std::int64_t, 18> kRound = {
      1, 2, 5, 10, 15, 30, kMinuteS, 2 * kMinuteS, 5 * kMinuteS, 10 * kMinuteS, 15 * kMinuteS, 30 * kMinuteS,
      kHourS, 2 * kHourS, 3 * kHourS, 6 * kHourS, 12 * kHourS, kDayS};
  for (const std::int64_t seconds : kRound) {
    if (span.length() <= seconds * kSecond * most) return seconds * kSecond;
  }
  const WallMicros days = span.length() / (kDayS * kSecond * most) + 1;
  return days * kDayS * kSecond;
}

}  // namespace signalbox::ui
