// SPDX-License-Identifier: GPL-3.0-only
#include "theme/format.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace signalbox::ui::format {
namespace {

constexpr QChar kMinus(0x2212);
constexpr int kMostDecimals = 9;

// QLocale's own minus is U+002D in most languages; figures have one of their width.
QString written(double value, int decimals, const QLocale& locale, bool grouped = true) {
  QLocale used = locale;
  used.setNumberOptions(grouped ? QLocale::DefaultNumberOptions : QLocale::OmitGroupSeparator);
  QString text = used.toString(std::abs(value), 'f', decimals);
  const bool zero = std::abs(value) < 0.5 * std::pow(10.0, -decimals);
  return value < 0 && !zero ? kMinus + text : text;
}

double roundTo(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  return std::round(value * scale) / scale;
}

// Decimals that show three significant digits, after rounding: 9.995 is 10.0, not 9.995 or 10.00.
int threeDigits(double value) {
  const double a = std::abs(value);
  if (a == 0) return 0;
  int decimals = std::clamp(2 - static_cast<int>(std::floor(std::log10(a))), 0, kMostDecimals);
  if (const double rounded = roundTo(a, decimals); rounded > 0)
    decimals = std::clamp(2 - static_cast<int>(std::floor(std::log10(rounded) + 1e-9)), 0, kMostDecimals);
  return decimals;
}

int moneyDecimals(double usd) { return std::abs(usd) >= 99.5 ? 0 : threeDigits(usd); }
int shareDecimals(double percent) { return std::abs(roundTo(percent, 2)) < 5 ? 2 : 1; }

bool missing(Maybe value) { return !value || !std::isfinite(*value); }

// More decimals until half the interval is not written as zero.
int widenFor(double half, int decimals, int most) {
  while (decimals < most && half > 0 && roundTo(half, decimals) == 0) ++decimals;
  return decimals;
}

struct Interval {
  double value, lo, hi;
  [[nodiscard]] double half() const { return std::max(hi - value, value - lo); }
  [[nodiscard]] bool symmetric(int decimals) const { return roundTo(hi - value, decimals) == roundTo(value - lo, decimals); }
};

template <class Write>
QString bounds(const Interval& i, int decimals, Write write) {
  if (i.symmetric(decimals)) return QStringLiteral("± ") + write(i.half());
  return QLatin1Char('[') + write(i.lo) + QStringLiteral(", ") + write(i.hi) + QLatin1Char(']');
}

QString dollars(double usd, int decimals, const QLocale& locale) {
  const QString digits = written(std::abs(usd), decimals, locale);
  return (usd < 0 ? QString(kMinus) : QString()) + QLatin1Char('$') + digits;
}

QString spelled(qint64 amount, const QString& unit) { return QString::number(amount) + QLatin1Char(' ') + unit; }

}  // namespace

QString unknown() { return QStringLiteral("–"); }

QString number(double value, int decimals, const QLocale& locale, bool sign) {
  const QString text = written(value, decimals, locale);
  return sign && roundTo(value, decimals) > 0 ? QLatin1Char('+') + text : text;
}

QString money(Maybe usd, const QLocale& locale) {
  if (missing(usd)) return unknown();
  return dollars(*usd, moneyDecimals(*usd), locale);
}

QString moneyDelta(Maybe usd, const QLocale& locale) {
  if (missing(usd)) return unknown();
  return (*usd > 0 ? QStringLiteral("+") : QString()) + money(usd, locale);
}

QString perRequest(Maybe usd, const QLocale& locale) {
  if (missing(usd)) return unknown();
  if (*usd != 0 && std::abs(*usd) < 0.01) return money(*usd * 1000, locale) + QStringLiteral(" / 1k");
  return money(usd, locale);
}

QString estimatedMoney(Maybe usd, const QLocale& locale) {
  return missing(usd) ? unknown() : QStringLiteral("≈ ") + money(usd, locale);
}

QString share(Maybe fraction, const QLocale& locale) {
  if (missing(fraction)) return unknown();
  const double percent = *fraction * 100;
  return written(percent, shareDecimals(percent), locale) + QLatin1Char('%');
}

QString shareDelta(Maybe fraction, const QLocale& locale) {
  if (missing(fraction)) return unknown();
  const double percent = *fraction * 100;
  return number(percent, std::abs(percent) >= 100 ? 0 : 1, locale, true) + QLatin1Char('%');
}

QString points(Maybe fraction, const QLocale& locale) {
  if (missing(fraction)) return unknown();
  const double points = *fraction * 100;
  return number(points, std::abs(points) < 0.1 ? 2 : 1, locale, true) + QStringLiteral(" pt");
}

WithInterval shareInterval(Maybe value, Maybe lo, Maybe hi, const QLocale& locale) {
  if (missing(value)) return {unknown(), {}};
  if (missing(lo) || missing(hi)) return {share(value, locale), {}};
  const Interval i{*value * 100, *lo * 100, *hi * 100};
  const int decimals = widenFor(i.half(), shareDecimals(i.value), 4);
  const auto write = [&](double v) { return written(v, decimals, locale); };
  return {write(i.value) + QLatin1Char('%'), bounds(i, decimals, write)};
}

WithInterval moneyInterval(Maybe value, Maybe lo, Maybe hi, const QLocale& locale) {
  if (missing(value)) return {unknown(), {}};
  if (missing(lo) || missing(hi)) return {money(value, locale), {}};
  const Interval i{*value, *lo, *hi};
  const int decimals = widenFor(i.half(), moneyDecimals(i.value), kMostDecimals);
  const auto write = [&](double v) { return written(v, decimals, locale); };
  return {dollars(i.value, decimals, locale), bounds(i, decimals, write)};
}

WithInterval pointsInterval(Maybe value, Maybe lo, Maybe hi, const QLocale& locale) {
  if (missing(value)) return {unknown(), {}};
  if (missing(lo) || missing(hi)) return {points(value, locale), {}};
  const Interval i{*value * 100, *lo * 100, *hi * 100};
  const int decimals = widenFor(i.half(), 1, 3);
  const auto write = [&](double v) { return written(v, decimals, locale); };
  return {number(i.value, decimals, locale, true) + QStringLiteral(" pt"), bounds(i, decimals, write)};
}

QString latencyMs(Maybe ms, const QLocale& locale) {
  if (missing(ms)) return unknown();
  const double a = std::abs(*ms);
  if (a > 0 && a < 0.0995) return written(*ms * 1000, 0, locale) + QStringLiteral(" µs");
  if (a < 9.95) return written(*ms, 1, locale) + QStringLiteral(" ms");
  if (a < 999.5) return written(*ms, 0, locale) + QStringLiteral(" ms");
  const double seconds = *ms / 1000;
  if (std::abs(seconds) < 59.95) return written(seconds, threeDigits(seconds), locale) + QStringLiteral(" s");
  return age(seconds, locale);
}

QString plain(double value, const QLocale& locale) {
  int decimals = 0;
  while (decimals < 8 && std::abs(roundTo(value, decimals) - value) > 1e-9 * std::max(1.0, std::abs(value)) * std::pow(10.0, -std::min(decimals, 4))) ++decimals;
  return written(value, decimals, locale);
}

QString latencyTick(double ms, const QLocale& locale) {
  return ms >= 1000 ? plain(ms / 1000, locale) + QStringLiteral(" s") : plain(ms, locale) + QStringLiteral(" ms");
}

QString shareTick(double fraction, const QLocale& locale) { return plain(fraction * 100, locale) + QLatin1Char('%'); }

QString moneyTick(double usd, const QLocale& locale) { return (usd < 0 ? QString(kMinus) : QString()) + QLatin1Char('$') + plain(std::abs(usd), locale); }

QString micros(Maybe us, const QLocale& locale) {
  if (missing(us)) return unknown();
  return std::abs(*us) < 999.5 ? written(*us, 0, locale) + QStringLiteral(" µs") : latencyMs(*us / 1000, locale);
}

QString age(Maybe seconds, const QLocale& locale) {
  if (missing(seconds)) return unknown();
  const double s = std::max(0.0, *seconds);
  if (s < 9.95) return written(s, 1, locale) + QStringLiteral(" s");
  const auto whole = static_cast<qint64>(std::llround(s));
  if (whole < 60) return spelled(whole, QStringLiteral("s"));
  if (whole < 3600) return spelled(whole / 60, QStringLiteral("min")) + QLatin1Char(' ') + spelled(whole % 60, QStringLiteral("s"));
  if (whole < 86'400)
    return spelled(whole / 3600, QStringLiteral("h")) + QLatin1Char(' ') + spelled(whole / 60 % 60, QStringLiteral("min"));
  return spelled(whole / 86'400, QStringLiteral("d")) + QLatin1Char(' ') + spelled(whole / 3600 % 24, QStringLiteral("h"));
}

QString length(qint64 seconds) {
  if (seconds >= 86'400 && seconds % 86'400 == 0) return QStringLiteral("%1 d").arg(seconds / 86'400);
  if (seconds >= 3600 && seconds % 3600 == 0) return QStringLiteral("%1 h").arg(seconds / 3600);
  if (seconds >= 60 && seconds % 60 == 0) return QStringLiteral("%1 min").arg(seconds / 60);
  return QStringLiteral("%1 s").arg(seconds);
}

QString countdown(qint64 seconds) {
  const qint64 s = std::max<qint64>(0, seconds);
  const auto two = [](qint64 v) { return QStringLiteral("%1").arg(v, 2, 10, QLatin1Char('0')); };
  if (s < 3600) return two(s / 60) + QLatin1Char(':') + two(s % 60);
  return QString::number(s / 3600) + QLatin1Char(':') + two(s / 60 % 60) + QLatin1Char(':') + two(s % 60);
}

QString count(std::optional<qint64> n, const QLocale& locale) {
  if (!n) return unknown();
  if (std::abs(*n) < 1'000'000) return written(static_cast<double>(*n), 0, locale);
  const double millions = static_cast<double>(*n) / 1e6;
  return written(millions, threeDigits(millions), locale) + QStringLiteral(" M");
}

QString counted(qint64 n, const QString& one, const QString& many, const QLocale& locale) {
  return count(n, locale) + QLatin1Char(' ') + (n == 1 ? one : many);
}

QString partialCount(qint64 n, const QLocale& locale) {
  return QStringLiteral("≥ ") + count(n, locale) + QLatin1Char(' ') + QCoreApplication::translate("format", "(counting)");
}

QString megabytes(std::optional<qint64> bytes, const QLocale& locale) {
  if (!bytes) return unknown();
  const double mb = static_cast<double>(*bytes) / 1e6;
  return written(mb, mb < 9.95 ? 1 : 0, locale) + QStringLiteral(" MB");
}

QString rate(Maybe perSecond, const QLocale& locale) {
  if (missing(perSecond)) return unknown();
  return written(*perSecond, std::abs(*perSecond) < 0.995 ? 2 : 1, locale) + QStringLiteral(" /s");
}

QString score(Maybe value, const QLocale& locale) { return missing(value) ? unknown() : written(*value, 2, locale); }
QString nearOne(double value, const QLocale& locale) {
  int decimals = 2;
  while (decimals < 6 && value < 1 && value > 1 - 0.5 * std::pow(10.0, -decimals)) ++decimals;
  return written(value, decimals, locale);
}
QString editableScore(Maybe value, const QLocale& locale) { return missing(value) ? unknown() : written(*value, 3, locale); }

QString revision(std::optional<qint64> revision) {
  return revision ? QLatin1Char('r') + QString::number(*revision) : unknown();
}

}  // namespace signalbox::ui::format
