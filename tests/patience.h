// SPDX-License-Identifier: Apache-2.0
// Deadlines of tests. Instrumented programs are slower, and SIGNALBOX_SLOWER says how many times.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace signalbox {

template <class Rep, class Period>
[[nodiscard]] std::chrono::duration<Rep, Period> patient(std::chrono::duration<Rep, Period> time) {
  const char* slower = std::getenv("SIGNALBOX_SLOWER");
  return time * (slower ? std::max(1, std::atoi(slower)) : 1);
}

}  // namespace signalbox
