// SPDX-License-Identifier: GPL-3.0-only
#include "state/zone.h"

#include <QLocale>

namespace signalbox::ui {

namespace {
constexpr WallMicros kMicrosPerMilli = 1000;
constexpr WallMicros kMicrosPerSecond = 1'000'000;

// Rounds down also before 1970, so that a time never shows as the millisecond after it.
WallMicros floorDiv(WallMicros value, WallMicros by) { return value / by - (value % by < 0 ? 1 : 0); }

QString pattern(Zone::Style style) {
  switch (style) {
    case Zone::Style::Minute: return QStringLiteral("HH:mm");
    case Zone::Style::Second: return QStringLiteral("HH:mm:ss");
    case Zone::Style::Milli: return QStringLiteral("HH:mm:ss.zzz");
    case Zone::Style::Day: return QStringLiteral("ddd d MMM");
    case Zone::Style::DayTime: return QStringLiteral("ddd d MMM HH:mm");
    case Zone::Style::Full: return QStringLiteral("ddd d MMM HH:mm:ss.zzz");
  }
  return {};
}
}  // namespace

Zone Zone::named(const QByteArray& ianaId) {
  QTimeZone zone(ianaId);
  return zone.isValid() ? Zone(std::move(zone)) : utc();
}

QString Zone::label() const {
  return zone_ == QTimeZone::utc() ? QStringLiteral("UTC") : QString::fromUtf8(zone_.id());
}

QDateTime Zone::at(WallMicros time) const {
  return QDateTime::fromMSecsSinceEpoch(floorDiv(time, kMicrosPerMilli), zone_);
}

QString Zone::text(WallMicros time, Style style) const { return QLocale().toString(at(time), pattern(style)); }

WallMicros Zone::offsetAt(WallMicros time) const { return zone_.offsetFromUtc(at(time)) * kMicrosPerSecond; }

}  // namespace signalbox::ui
