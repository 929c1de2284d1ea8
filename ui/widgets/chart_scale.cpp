// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/chart_scale.h"

#include <QDateTime>
#include <QLocale>
#include <algorithm>
#include <array>
#include <cmath>

namespace signalbox::ui {
namespace {

constexpr qint64 kSecond = 1'000'000, kDay = 86'400;

QDateTime local(qint64 at, const QTimeZone& zone) { return QDateTime::fromMSecsSinceEpoch(at / 1000, zone); }
qint64 micros(const QDateTime& time) { return time.toMSecsSinceEpoch() * 1000; }

QString label(const QDateTime& time, qint64 stepSeconds, bool dayChange) {
  const QLocale locale;
  if (stepSeconds >= kDay) return locale.toString(time.date(), QStringLiteral("d MMM"));
  if (dayChange) return locale.toString(time.date(), QStringLiteral("ddd d"));
  return time.toString(stepSeconds < 60 ? QStringLiteral("HH:mm:ss") : QStringLiteral("HH:mm"));
}

}  // namespace

ValueTicks linearTicks(double lo, double hi, int least, int most) {
  if (!(hi > lo)) hi = lo + (lo == 0 ? 1 : std::abs(lo) * 0.1);
  const double power = std::pow(10.0, std::floor(std::log10((hi - lo) / most)));
  double step = 10 * power;
  for (const double k : {1.0, 2.0, 2.5, 5.0, 10.0}) {
    const double candidate = k * power;
    const double count = std::ceil(hi / candidate - 1e-9) - std::floor(lo / candidate + 1e-9) + 1;
    if (count <= most && count >= std::min(least, most)) {
      step = candidate;
      break;
    }
    if (count < least) {
      step = candidate;
      break;
    }
  }
  ValueTicks ticks;
  const double first = std::floor(lo / step + 1e-9), last = std::ceil(hi / step - 1e-9);
  ticks.lo = first * step, ticks.hi = last * step;
  for (double i = first; i <= last + 0.5; i += 1) ticks.at.push_back(i * step);
  return ticks;
}

std::vector<double> logTicks(double lo, double hi, int most) {
  std::vector<double> all, decades;
  for (int e = static_cast<int>(std::floor(std::log10(lo))); e <= static_cast<int>(std::ceil(std::log10(hi))); ++e)
    for (const double k : {1.0, 2.0, 5.0}) {
      const double v = k * std::pow(10.0, e);
      if (v < lo * (1 - 1e-9) || v > hi * (1 + 1e-9)) continue;
      all.push_back(v);
      if (k == 1.0) decades.push_back(v);
    }
  return static_cast<int>(all.size()) > most && decades.size() >= 2 ? decades : all;
}

std::vector<TimeTick> timeTicks(qint64 since, qint64 until, int most, const QTimeZone& zone) {
  std::vector<TimeTick> ticks;
  if (until <= since || most < 1) return ticks;
  constexpr std::array<qint64, 21> kSteps{1,    2,    5,     10,    15,      30,       60,       120,       300,       600,      900,
                                          1800, 3600, 7200,  10800, 21600,   43200,    kDay,     2 * kDay,  7 * kDay,  14 * kDay};
  const double span = static_cast<double>(until - since) / kSecond;
  qint64 step = 28 * kDay;
  for (const qint64 s : kSteps)
    if (span / static_cast<double>(s) <= most) {
      step = s;
      break;
    }
  while (span / static_cast<double>(step) > most) step *= 2;

  QDate day = local(since, zone).date();
  if (step >= kDay) {
    const qint64 days = step / kDay;
    while (day.toJulianDay() % days != 0) day = day.addDays(-1);
    for (;; day = day.addDays(days)) {
      const QDateTime at = day.startOfDay(zone);
      if (micros(at) > until) break;
      if (micros(at) >= since) ticks.push_back({micros(at), label(at, step, false), false});
    }
    return ticks;
  }
  // By the clock on the wall, day by day, so that a change of daylight saving shifts nothing after it.
  qint64 last = since - 1;
  for (; micros(day.startOfDay(zone)) <= until; day = day.addDays(1))
    for (qint64 second = 0; second < kDay; second += step) {
      const QDateTime at(day, QTime::fromMSecsSinceStartOfDay(static_cast<int>(second * 1000)), zone);
      const qint64 t = micros(at);
      if (t > until) return ticks;
      if (t <= last) continue;
      const bool dayChange = second == 0;
      ticks.push_back({t, label(at, step, dayChange), dayChange});
      last = t;
    }
  return ticks;
}

QString timeLabel(qint64 at, qint64 span, const QTimeZone& zone) {
  const QDateTime time = local(at, zone);
  const qint64 seconds = span / kSecond;
  if (seconds <= 900) return time.toString(QStringLiteral("HH:mm:ss"));
  if (seconds <= 2 * kDay) return time.toString(QStringLiteral("HH:mm"));
  return QLocale().toString(time, QStringLiteral("d MMM HH:mm"));
}

}  // namespace signalbox::ui
