// SPDX-License-Identifier: GPL-3.0-only
// How figures are written everywhere in the console, through QLocale and with U+2212 as minus. What is not known is an en dash,
// never a zero. Pure; any thread.
#pragma once
#include <QString>
#include <cstdint>
#include <optional>

#include "domain/metrics.h"

namespace signalbox::ui {

[[nodiscard]] QString unknown();                                   // –
[[nodiscard]] QString fixedNumber(double value, int decimals);     // 1,028.0
[[nodiscard]] QString money(std::optional<double> usd);            // $0.000612  $0.559  $3.50  $231  $1,445
[[nodiscard]] QString moneyPerRequest(std::optional<double> usd);  // $0.559 / 1k below a cent
[[nodiscard]] QString share(std::optional<double> part);           // 76.0%  2.80%; part is 0..1
[[nodiscard]] QString points(double difference);                   // −0.2 pt; difference is in shares
[[nodiscard]] QString latency(std::optional<double> ms);           // 41 µs  0.6 ms  843 ms  1.42 s  3.1 min
[[nodiscard]] QString count(std::int64_t n);                       // 412,806  9.41 M
[[nodiscard]] QString bytes(std::int64_t n);                       // 184 MB
[[nodiscard]] QString perSecond(double rate);                      // 0.04 /s  6.4 /s
[[nodiscard]] QString score(std::optional<double> value, int decimals = 2);
[[nodiscard]] QString duration(double seconds);                    // 0.8 s  12 s  4 min 12 s  3 h 5 min  2 d 4 h
[[nodiscard]] QString ago(double seconds);                         // 4 min 12 s ago
[[nodiscard]] QString countdown(double seconds);                   // 07:42

// The half width or the bounds of an interval, in the digits of the value: "± 0.6" or "[−13.9, −9.4]"; empty when n = 0.
[[nodiscard]] QString shareInterval(const domain::Estimate& estimate);
[[nodiscard]] QString moneyInterval(const domain::Estimate& estimate);

}  // namespace signalbox::ui
