// SPDX-License-Identifier: GPL-3.0-only
// The embedded router without a window: no display, no Qt; ends on a signal.
#pragma once
#include "console/options.h"

namespace signalbox::app {

[[nodiscard]] int runHeadless(const ConsoleOptions& options);

}  // namespace signalbox::app
