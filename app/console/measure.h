// SPDX-License-Identifier: GPL-3.0-only
// How long the window takes from a key on a slider to the changed picture, for docs/performance.md.
#pragma once
#include "bridge/console_client.h"
#include "shell/main_window.h"

namespace signalbox::app {

// Waits for the live policy, moves the first slider of the tuning page by keys, and prints to stderr the milliseconds until slider
// and difference were painted: median, 99th percentile, how many. The draft is left as it was.
void measureSlider(ui::MainWindow& window, ui::ConsoleClient& client);

}  // namespace signalbox::app
