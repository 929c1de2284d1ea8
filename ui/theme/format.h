// SPDX-License-Identifier: GPL-3.0-only
// How numbers are written: one rule per kind of quantity. Everything goes through QLocale; minus is U+2212; what is not known
// is `–`. Pure; the locale is an argument.
#pragma once
#include <QLocale>
#include <QString>
#include <optional>

namespace signalbox::ui::format {

using Maybe = std::optional<double>;

[[nodiscard]] QString unknown();                                            // –

[[nodiscard]] QString money(Maybe usd, const QLocale& locale = QLocale());  // $0.000612 $3.50 $231 $1,445
[[nodiscard]] QString moneyDelta(Maybe usd, const QLocale& locale = QLocale());    // −$0.052 +$0.020
[[nodiscard]] QString perRequest(Maybe usd, const QLocale& locale = QLocale());    // $0.559 / 1k, or as money from $0.01
[[nodiscard]] QString estimatedMoney(Maybe usd, const QLocale& locale = QLocale());  // ≈ $0.51

[[nodiscard]] QString share(Maybe fraction, const QLocale& locale = QLocale());    // 76.0%  2.80%
[[nodiscard]] QString shareDelta(Maybe fraction, const QLocale& locale = QLocale());  // −11.6%  +161%
[[nodiscard]] QString points(Maybe fraction, const QLocale& locale = QLocale());   // −0.2 pt

// Value with its 95% interval, in two parts so that they can be set in two sizes. Symmetric (to the last digit shown):
// "± 1.4"; else "[−13.9, −9.4]". Both parts have the same decimals.
struct WithInterval {
  QString value;
  QString interval;
  [[nodiscard]] QString text() const { return interval.isEmpty() ? value : value + QLatin1Char(' ') + interval; }
};
[[nodiscard]] WithInterval shareInterval(Maybe value, Maybe lo, Maybe hi, const QLocale& locale = QLocale());
[[nodiscard]] WithInterval moneyInterval(Maybe value, Maybe lo, Maybe hi, const QLocale& locale = QLocale());
[[nodiscard]] WithInterval pointsInterval(Maybe value, Maybe lo, Maybe hi, const QLocale& locale = QLocale());

[[nodiscard]] QString latencyMs(Maybe ms, const QLocale& locale = QLocale());      // 0.6 ms  843 ms  1.42 s  2 min 5 s
[[nodiscard]] QString latencyTick(double ms, const QLocale& locale = QLocale());   // on axes: 100 ms  2 s
[[nodiscard]] QString shareTick(double fraction, const QLocale& locale = QLocale());  // on axes: 25%  0.5%
[[nodiscard]] QString moneyTick(double usd, const QLocale& locale = QLocale());    // on axes: $5  $0.0005
[[nodiscard]] QString micros(Maybe us, const QLocale& locale = QLocale());         // 41 µs, from 1 ms on as latency
[[nodiscard]] QString age(Maybe seconds, const QLocale& locale = QLocale());       // 0.8 s  38 s  4 min 12 s  3 h 5 min
[[nodiscard]] QString length(qint64 seconds);                                      // 30 s  15 min  1 h  2 d
[[nodiscard]] QString countdown(qint64 seconds);                                   // 07:42  1:02:05

[[nodiscard]] QString count(std::optional<qint64> n, const QLocale& locale = QLocale());          // 412,806  9.41 M
[[nodiscard]] QString counted(qint64 n, const QString& one, const QString& many, const QLocale& locale = QLocale());  // 1 change, 3 changes
[[nodiscard]] QString partialCount(qint64 n, const QLocale& locale = QLocale());                  // ≥ 371,000 (counting)
[[nodiscard]] QString megabytes(std::optional<qint64> bytes, const QLocale& locale = QLocale());  // 184 MB
[[nodiscard]] QString rate(Maybe perSecond, const QLocale& locale = QLocale());                   // 0.04 /s  6.4 /s

[[nodiscard]] QString nearOne(double value, const QLocale& locale = QLocale());       // 0.91  0.9996: no 1 that is none
[[nodiscard]] QString score(Maybe value, const QLocale& locale = QLocale());         // 0.91
[[nodiscard]] QString editableScore(Maybe value, const QLocale& locale = QLocale()); // 0.334
[[nodiscard]] QString revision(std::optional<qint64> revision);                      // r42

// A plain number with that many decimals and a true minus sign; `sign` writes + before what is above zero.
[[nodiscard]] QString plain(double value, const QLocale& locale = QLocale());  // as many decimals as a round number needs
[[nodiscard]] QString number(double value, int decimals, const QLocale& locale = QLocale(), bool sign = false);

}  // namespace signalbox::ui::format
