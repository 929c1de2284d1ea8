// SPDX-License-Identifier: GPL-3.0-only
// The one zone in which times are shown and exported: UTC, this computer's, or a named one. A value; GUI thread.
#pragma once
#include <QDateTime>
#include <QString>
#include <QTimeZone>

#include "base/clock.h"

namespace signalbox::ui {

class Zone {
 public:
  enum class Style {
    Minute,   // 14:29
    Second,   // 14:29:51
    Milli,    // 14:29:51.994
    Day,      // Thu 19 Nov
    DayTime,  // Thu 19 Nov 14:29
    Full,     // Thu 19 Nov 14:29:50.145
  };

  Zone() : Zone(QTimeZone::utc()) {}
  [[nodiscard]] static Zone utc() { return Zone(QTimeZone::utc()); }
  [[nodiscard]] static Zone local() { return Zone(QTimeZone::systemTimeZone()); }
  // UTC when the name is not known here.
  [[nodiscard]] static Zone named(const QByteArray& ianaId);

  [[nodiscard]] QString key() const { return QString::fromUtf8(zone_.id()); }  // for settings; reads back with named()
  [[nodiscard]] QString label() const;                                          // "UTC", "Europe/Berlin"
  [[nodiscard]] const QTimeZone& timeZone() const { return zone_; }
  [[nodiscard]] QDateTime at(WallMicros time) const;
  [[nodiscard]] QString text(WallMicros time, Style style) const;
  [[nodiscard]] WallMicros offsetAt(WallMicros time) const;  // from UTC

  friend bool operator==(const Zone& a, const Zone& b) { return a.zone_ == b.zone_; }

 private:
  explicit Zone(QTimeZone zone) : zone_(std::move(zone)) {}
  QTimeZone zone_;
};

}  // namespace signalbox::ui
