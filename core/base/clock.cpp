// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <span>

#include "base/strings.h"

namespace signalbox {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

// "12.5ms" → 12.5 × factor of "ms". Units are tried longest first, so that "ms" is not read as "m".
Result<double> parseQuantity(std::string_view text, std::span<const Unit> units, std::string_view example) {
  const auto trimmed = trim(text);
  double value = 0;
  const auto [end, error] = std::from_chars(trimmed.data(), trimmed.data() + trimmed.size(), value);
  const std::string_view unit = trim(trimmed.substr(static_cast<std::size_t>(end - trimmed.data())));
  if (error == std::errc{} && std::isfinite(value) && value >= 0) {
    for (const auto& known : units) {
      if (unit == known.name) return value * known.factor;
    }
  }
  return fail(ErrorCode::InvalidInput, "\"" + std::string(text) + "\" is not a quantity with a unit; write it like " + std::string(example));
}

bool readDigits(std::string_view text, std::size_t at, std::size_t count, int& out) {
  if (at + count > text.size()) return false;
  const auto* first = text.data() + at;
  const auto [end, error] = std::from_chars(first, first + count, out);
  return error == std::errc{} && end == first + count;
}

}  // namespace

WallMicros wallNow() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string formatIso(WallMicros time, int digits) {
  using namespace std::chrono;
  const sys_time<microseconds> point{microseconds(time)};
  const auto day = floor<days>(point);
  const year_month_day date{day};
  const hh_mm_ss clock{point - day};
  std::array<char, 48> buffer{};
  const int used = std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                 static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                                 static_cast<int>(clock.seconds().count()));
  std::string text(buffer.data(), static_cast<std::size_t>(used));
  if (digits > 0) {
    std::snprintf(buffer.data(), buffer.size(), ".%06d", static_cast<int>(clock.subseconds().count()));
    text.append(buffer.data(), static_cast<std::size_t>(std::min(digits, 6)) + 1);
  }
  return text + "Z";
}

Result<WallMicros> parseIso(std::string_view text) {
  using namespace std::chrono;
  const auto bad = [&] {
    return fail(ErrorCode::InvalidInput, "\"" + std::string(text) + "\" is not a time; write it like 2026-11-19T14:29:50Z or +02:00");
  };
  int y = 0, mo = 0, d = 0;
  if (!readDigits(text, 0, 4, y) || text.size() < 10 || text[4] != '-' || !readDigits(text, 5, 2, mo) || text[7] != '-' ||
      !readDigits(text, 8, 2, d)) {
    return bad();
  }
  const year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  if (!date.ok()) return bad();
  std::int64_t micros = duration_cast<microseconds>(sys_days(date).time_since_epoch()).count();
  if (text.size() == 10) return micros;

  int h = 0, mi = 0, s = 0;
  if ((text[10] != 'T' && text[10] != ' ') || !readDigits(text, 11, 2, h) || text.size() < 17 || text[13] != ':' ||
      !readDigits(text, 14, 2, mi)) {
    return bad();
  }
  std::size_t at = 16;
  if (at < text.size() && text[at] == ':') {
    if (!readDigits(text, at + 1, 2, s)) return bad();
    at += 3;
  }
  if (h > 23 || mi > 59 || s > 59) return bad();
  micros += ((h * 60ll + mi) * 60 + s) * 1'000'000;
  if (at < text.size() && text[at] == '.') {
    std::int64_t scale = 100'000;
    const auto start = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) micros += (text[at] - '0') * scale;
    if (at == start) return bad();
  }
  const std::string_view zone = text.substr(at);
  if (zone == "Z") return micros;
  int zh = 0, zm = 0;
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':' || !readDigits(zone, 1, 2, zh) ||
      !readDigits(zone, 4, 2, zm) || zh > 23 || zm > 59) {
    return bad();
  }
  const std::int64_t offset = (zh * 60ll + zm) * 60'000'000;
  return zone[0] == '+' ? micros - offset : micros + offset;
}

Result<Duration> parseDuration(std::string_view text) {
  static constexpr std::array<Unit, 6> kUnits{
      {{"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}, {"d", 86'400e9}}};
  const auto nanos = parseQuantity(text, kUnits, "500ms, 1.5s, 10m, 2h or 30d");
  if (!nanos) return std::unexpected(nanos.error());
  if (*nanos > 9.2e18) return fail(ErrorCode::InvalidInput, "\"" + std::string(text) + "\" is too long a time; at most 106751d");
  return Duration(static_cast<std::int64_t>(*nanos));
}

std::string formatDuration(Duration duration) {
  const auto ns = static_cast<double>(duration.count());
  if (ns < 1e6) return shortest(ns / 1e3) + "us";
  if (ns < 1e9) return shortest(ns / 1e6) + "ms";
  return shortest(ns / 1e9) + "s";
}

Result<std::uint64_t> parseSize(std::string_view text) {
  static constexpr std::array<Unit, 7> kUnits{{{"B", 1},
                                               {"KiB", 1024},
                                               {"MiB", 1024.0 * 1024},
                                               {"GiB", 1024.0 * 1024 * 1024},
                                               {"KB", 1e3},
                                               {"MB", 1e6},
                                               {"GB", 1e9}}};
  const auto bytes = parseQuantity(text, kUnits, "64KiB, 10MB or 1GiB");
  if (!bytes) return std::unexpected(bytes.error());
  if (*bytes > 9e18) return fail(ErrorCode::InvalidInput, "\"" + std::string(text) + "\" is too large a size");
  return static_cast<std::uint64_t>(*bytes);
}

}  // namespace signalbox
