// SPDX-License-Identifier: Apache-2.0
// The wait that an upstream asks for: seconds, or a date as HTTP writes it (RFC 9110, 5.6.7).
#pragma once
#include <string_view>

#include "base/clock.h"

namespace signalbox::upstream {

// In seconds from `now`, at most 60; 0 where there is none, it lies in the past, or it cannot be read.
[[nodiscard]] double retryAfterSeconds(std::string_view value, WallMicros now);

}  // namespace signalbox::upstream
