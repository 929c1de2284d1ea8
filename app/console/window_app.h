// SPDX-License-Identifier: GPL-3.0-only
// The console with its window: makes the parts, joins them, runs until it is told to leave.
#pragma once
#include <chrono>

#include "console/options.h"

namespace signalbox::app {

[[nodiscard]] int runWindow(int argc, char** argv, const ConsoleOptions& options, std::chrono::steady_clock::time_point began);

}  // namespace signalbox::app
