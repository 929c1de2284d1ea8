// SPDX-License-Identifier: GPL-3.0-only
#include <chrono>

#include "base/process.h"
#include "console/headless.h"
#include "console/options.h"
#include "console/window_app.h"

int main(int argc, char** argv) {
  using namespace signalbox::app;
  const auto began = std::chrono::steady_clock::now();
  signalbox::protectProcess();
  ConsoleOptions options;
  if (const auto status = parseOptions(argc, argv, options)) return *status;
  return options.headless ? runHeadless(options) : runWindow(argc, argv, options, began);
}
