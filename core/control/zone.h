// SPDX-License-Identifier: Apache-2.0
// Widths of metric buckets and the zones they are aligned to, as text and back. Thread-safe; zone names are looked up in the
// system's time zone files.
#pragma once
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"

namespace signalbox::control {

// "none" is 0; else a whole number of s, m, h or d. InvalidInput otherwise.
[[nodiscard]] Result<WallMicros> parseBucket(std::string_view text);
[[nodiscard]] std::string bucketText(WallMicros width);
// Offset from UTC at `at`: "UTC", "Z", "+02:00", or an IANA name. InvalidInput when there is no such zone.
[[nodiscard]] Result<WallMicros> zoneOffset(std::string_view zone, WallMicros at);
[[nodiscard]] std::string offsetText(WallMicros offset);  // "+02:00"

}  // namespace signalbox::control
