// SPDX-License-Identifier: Apache-2.0
// Whether the router has too much to do for one more request, and what to tell its client then. Thread-safe.
#pragma once
#include <optional>

#include "admit/memory_pressure.h"
#include "base/clock.h"
#include "base/error.h"

namespace signalbox::engine {

// Far above what a full turn of a worker takes under any load that it can bear.
inline constexpr Duration kMostLag = std::chrono::milliseconds(100);

// `overloaded`: the worker is behind with everything. Nullopt: the request may come in.
[[nodiscard]] inline std::optional<Error> shedding(bool overloaded, const admit::MemoryPressure& memory) {
  if (!overloaded && !memory.sheds()) return std::nullopt;
  const char* why = overloaded ? "the router has more requests than it can answer; send this one again in a moment"
                               : "the router is short of memory; send the request again in a moment";
  return Error{ErrorCode::Overloaded, why, {}, {}, 0, 1};
}

// What the client is told whose body was not read because the server had no room for it.
[[nodiscard]] inline Error noRoom(std::string_view why) { return {ErrorCode::Overloaded, std::string(why), {}, {}, 0, 1}; }

}  // namespace signalbox::engine
