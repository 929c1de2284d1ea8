// SPDX-License-Identifier: GPL-3.0-only
#include "state/numbers.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>
#include <algorithm>
#include <cmath>

namespace signalbox::ui {

namespace {
constexpr double kThousand = 1e3, kMillion = 1e6, kBillion = 1e9;
constexpr std::int64_t kMinuteS = 60, kHourS = 3600, kDayS = 86'400;

QString tr(const char* text) { return QCoreApplication::translate("numbers", text); }

// Decimals that leave three significant digits of a value.
int decimalsFor(double value, int digits = 3) {
  const double size = std::abs(value);
  if (!(size > 0)) return 0;
  const int whole = static_cast<int>(std::floor(std::log10(size))) + 1;
  return std::clamp(digits - whole, 0, 12);
}

QString dollars(double usd, int decimals) {
  const QString number = fixedNumber(std::abs(usd), decimals);
  const bool negative = usd < 0 && number.contains(QRegularExpression(QStringLiteral("[1-9]")));
  return (negative ? QString(QChar(0x2212)) : QString()) + QLatin1Char('$') + number;
}

int moneyDecimals(double usd) { return std::abs(usd) >= 100 ? 0 : decimalsFor(usd); }

int shareDecimals(double percent) { return std::abs(percent) < 5 ? 2 : 1; }
}  // namespace

QString unknown() { return QStringLiteral("–"); }

QString fixedNumber(double value, int decimals) {
  if (!std::isfinite(value)) return unknown();
  QString text = QLocale().toString(value, 'f', decimals);
  text.replace(QLatin1Char('-'), QChar(0x2212));
  if (text.startsWith(QChar(0x2212)) && !text.contains(QRegularExpression(QStringLiteral("[1-9]")))) text.remove(0, 1);
  return text;
}

QString money(std::optional<double> usd) {
  if (!usd || !std::isfinite(*usd)) return unknown();
  return dollars(*usd, moneyDecimals(*usd));
}

QString moneyPerRequest(std::optional<double> usd) {
  if (!usd || !std::isfinite(*usd)) return unknown();
  if (std::abs(*usd) < 0.01 && *usd != 0) return tr("%1 / 1k").arg(money(*usd * kThousand));
  return money(usd);
}

QString share(std::optional<double> part) {
  if (!part || !std::isfinite(*part)) return unknown();
  const double percent = *part * 100;
  return fixedNumber(percent, shareDecimals(percent)) + QLatin1Char('%');
}

QString points(double difference) {
  const QString sign = difference > 0 ? QStringLiteral("+") : QString();
  return tr("%1 pt").arg(sign + fixedNumber(difference * 100, 1));
}

QString latency(std::optional<double> ms) {
  if (!ms || !std::isfinite(*ms)) return unknown();
  const double value = *ms;
  if (value < 0.1) return tr("%1 µs").arg(fixedNumber(value * kThousand, 0));
  if (value < 10) return tr("%1 ms").arg(fixedNumber(value, 1));
  if (value < 10'000) return tr("%1 ms").arg(fixedNumber(value, 0));
  if (value < 60'000) return tr("%1 s").arg(fixedNumber(value / kThousand, decimalsFor(value / kThousand)));
  return tr("%1 min").arg(fixedNumber(value / 60'000, 1));
}

QString count(std::int64_t n) {
  if (std::llabs(n) < 1'000'000) return fixedNumber(static_cast<double>(n), 0);
  const double value = static_cast<double>(n);
  if (std::abs(value) < kBillion) return tr("%1 M").arg(fixedNumber(value / kMillion, decimalsFor(value / kMillion)));
  return tr("%1 G").arg(fixedNumber(value / kBillion, decimalsFor(value / kBillion)));
}

QString bytes(std::int64_t n) {
  const double megabytes = static_cast<double>(n) / kMillion;
  return tr("%1 MB").arg(fixedNumber(megabytes, megabytes < 10 ? 1 : 0));
}

QString perSecond(double rate) { return tr("%1 /s").arg(fixedNumber(rate, rate < 1 ? 2 : 1)); }

QString score(std::optional<double> value, int decimals) { return value ? fixedNumber(*value, decimals) : unknown(); }

QString duration(double seconds) {
  if (seconds < 10) return tr("%1 s").arg(fixedNumber(std::max(0.0, seconds), 1));
  const auto whole = static_cast<std::int64_t>(seconds);
  if (whole < kMinuteS) return tr("%1 s").arg(whole);
  if (whole < kHourS) return tr("%1 min %2 s").arg(whole / kMinuteS).arg(whole % kMinuteS);
  if (whole < kDayS) return tr("%1 h %2 min").arg(whole / kHourS).arg(whole % kHourS / kMinuteS);
  return tr("%1 d %2 h").arg(whole / kDayS).arg(whole % kDayS / kHourS);
}

QString ago(double seconds) { return tr("%1 ago").arg(duration(seconds)); }

QString countdown(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::ceil(std::max(0.0, seconds)));
  const QString tail = QStringLiteral("%1:%2").arg(whole % kHourS / kMinuteS, 2, 10, QLatin1Char('0'))
                           .arg(whole % kMinuteS, 2, 10, QLatin1Char('0'));
  return whole < kHourS ? tail : QStringLiteral("%1:%2").arg(whole / kHourS).arg(tail);
}

namespace {
// An interval counts as symmetric when its halves differ by less than a fifth of its width.
bool symmetric(const domain::Estimate& e) {
  return std::abs((e.hi - e.value) - (e.value - e.lo)) < 0.2 * (e.hi - e.lo) + 1e-15;
}
}  // namespace

QString shareInterval(const domain::Estimate& estimate) {
  if (estimate.n == 0) return {};
  const int decimals = shareDecimals(estimate.value * 100);
  const auto text = [&](double part) { return fixedNumber(part * 100, decimals); };
  if (symmetric(estimate)) return QStringLiteral("± ") + text((estimate.hi - estimate.lo) / 2);
  return QStringLiteral("[%1, %2]").arg(text(estimate.lo), text(estimate.hi));
}

QString moneyInterval(const domain::Estimate& estimate) {
  if (estimate.n == 0) return {};
  const int decimals = moneyDecimals(estimate.value);
  if (symmetric(estimate)) return QStringLiteral("± ") + fixedNumber((estimate.hi - estimate.lo) / 2, decimals);
  return QStringLiteral("[%1, %2]").arg(dollars(estimate.lo, decimals), dollars(estimate.hi, decimals));
}

}  // namespace signalbox::ui
