// SPDX-License-Identifier: Apache-2.0
// Two kinds of time that must never be mixed. Wall time is for records and people; steady time is for deadlines, limits and
// breakers, which must not move when the clock is set.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "base/error.h"

namespace signalbox {

using SteadyTime = std::chrono::steady_clock::time_point;
using Duration = std::chrono::nanoseconds;
using WallMicros = std::int64_t;  // microseconds since the Unix epoch, UTC

[[nodiscard]] inline SteadyTime steadyNow() { return std::chrono::steady_clock::now(); }
[[nodiscard]] WallMicros wallNow();
// ISO-8601 with zone, e.g. 2026-11-19T14:29:50.145Z; `digits` of the second after the point, 0..6.
[[nodiscard]] std::string formatIso(WallMicros time, int digits = 3);
// Accepts a date, or a date and time with Z or ±hh:mm. REQUIRES nothing; InvalidInput otherwise.
[[nodiscard]] Result<WallMicros> parseIso(std::string_view text);
// "500ms", "1.5s", "10m", "2h", "30d". InvalidInput names what is allowed.
[[nodiscard]] Result<Duration> parseDuration(std::string_view text);
[[nodiscard]] std::string formatDuration(Duration duration);
// "64KiB", "1GiB", "10MB"; bytes.
[[nodiscard]] Result<std::uint64_t> parseSize(std::string_view text);

}  // namespace signalbox
