// SPDX-License-Identifier: Apache-2.0
#include "control/zone.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>

#include "base/whole_file.h"

namespace signalbox::control {
namespace {

constexpr WallMicros kSecond = 1'000'000;
constexpr WallMicros kMinute = 60 * kSecond;
constexpr WallMicros kHour = 60 * kMinute;
constexpr WallMicros kDay = 24 * kHour;

std::unexpected<Error> noZone(std::string_view zone) {
  return fail(ErrorCode::InvalidInput, "no such time zone: " + std::string(zone.substr(0, 64)) +
                                           " (UTC, an offset such as +02:00, or a name such as Europe/Berlin)");
}

// "+hh:mm" or "-hh:mm", at most 14 hours.
std::optional<WallMicros> parseOffset(std::string_view text) {
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  int hours = 0, minutes = 0;
  const auto digits = [](std::string_view two, int& out) {
    return std::from_chars(two.data(), two.data() + 2, out).ptr == two.data() + 2 && two[0] != '-';
  };
  if (!digits(text.substr(1, 2), hours) || !digits(text.substr(4, 2), minutes)) return std::nullopt;
  if (hours > 14 || minutes > 59) return std::nullopt;
  const WallMicros offset = hours * kHour + minutes * kMinute;
  return text[0] == '-' ? -offset : offset;
}

std::int64_t bigEndian(std::string_view bytes) {
  std::uint64_t value = (static_cast<unsigned char>(bytes[0]) & 0x80) != 0 ? ~0ull : 0;
  for (const char c : bytes) value = (value << 8) | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(value);
}

// The second block of a TZif file (RFC 8536) has 64-bit times: the last transition at or before `at` gives the offset.
std::optional<WallMicros> offsetFromTzif(std::string_view file, std::int64_t at_s) {
  constexpr std::size_t kHead = 44;
  const auto counts = [&](std::size_t head, std::size_t i) {
    return static_cast<std::size_t>(std::max<std::int64_t>(0, bigEndian(file.substr(head + 20 + 4 * i, 4))));
  };
  if (file.size() < 2 * kHead || !file.starts_with("TZif") || file[4] < '2') return std::nullopt;
  enum { IsUt, IsStd, Leap, Times, Types, Chars };
  const std::size_t head = kHead + counts(0, Times) * 5 + counts(0, Types) * 6 + counts(0, Chars) + counts(0, Leap) * 8 +
                           counts(0, IsStd) + counts(0, IsUt);
  if (file.size() < head + kHead) return std::nullopt;
  const std::size_t times = counts(head, Times), types = counts(head, Types);
  const std::size_t body = head + kHead;
  if (types == 0 || file.size() < body + times * 9 + types * 6) return std::nullopt;
  std::size_t type = 0;
  for (std::size_t i = 0; i < times && bigEndian(file.substr(body + 8 * i, 8)) <= at_s; ++i) {
    type = static_cast<unsigned char>(file[body + 8 * times + i]);
  }
  if (type >= types) return std::nullopt;
  return bigEndian(file.substr(body + 9 * times + 6 * type, 4)) * kSecond;
}

bool isZoneName(std::string_view zone) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+' || c == '/';
  };
  return !zone.empty() && zone.size() <= 64 && zone[0] != '/' && std::ranges::all_of(zone, allowed);
}

}  // namespace

Result<WallMicros> parseBucket(std::string_view text) {
  if (text == "none") return 0;
  const auto bad = fail(ErrorCode::InvalidInput, "a bucket is none, or a multiple of 1s, 1m, 1h or 1d");
  WallMicros count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end + 1 != text.data() + text.size() || count < 1 || count > 100'000) return bad;
  switch (*end) {
    case 's': return count * kSecond;
    case 'm': return count * kMinute;
    case 'h': return count * kHour;
    case 'd': return count * kDay;
    default: return bad;
  }
}

std::string bucketText(WallMicros width) {
  if (width <= 0) return "none";
  if (width % kDay == 0) return std::to_string(width / kDay) + "d";
  if (width % kHour == 0) return std::to_string(width / kHour) + "h";
  if (width % kMinute == 0) return std::to_string(width / kMinute) + "m";
  return std::to_string(std::max<WallMicros>(1, width / kSecond)) + "s";
}

Result<WallMicros> zoneOffset(std::string_view zone, WallMicros at) {
  if (zone == "UTC" || zone == "Z") return 0;
  if (const auto offset = parseOffset(zone)) return *offset;
  if (!isZoneName(zone)) return noZone(zone);
  const auto file = readWholeFile("/usr/share/zoneinfo/" + std::string(zone));  // a continent is a folder there
  const auto offset = file ? offsetFromTzif(*file, at / kSecond) : std::nullopt;
  return offset ? Result<WallMicros>(*offset) : noZone(zone);
}

std::string offsetText(WallMicros offset) {
  const WallMicros minutes = std::abs(offset) / kMinute;
  char text[24];
  std::snprintf(text, sizeof text, "%c%02d:%02d", offset < 0 ? '-' : '+', static_cast<int>(minutes / 60 % 100),
                static_cast<int>(minutes % 60));
  return text;
}

}  // namespace signalbox::control
