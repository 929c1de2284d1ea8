// SPDX-License-Identifier: GPL-3.0-only
#include "console/headless.h"

#include <csignal>
#include <iostream>

#include "base/log.h"
#include "console/engine_run.h"
#include "signalbox/stop_signals.h"

namespace signalbox::app {

namespace {
constexpr auto kDrain = std::chrono::seconds(30);
constexpr int kInterrupted = 130;
}  // namespace

int runHeadless(const ConsoleOptions& options) {
  const StopSignals signals;  // before the first thread
  setUpLog("info");
  auto run = EngineRun::start({options.config, options.demo, 0, 0});
  if (!run) {
    std::cerr << "signalbox-console: " << run.error().message << '\n';
    return 1;
  }
  engine::Router& router = (*run)->router();
  if ((*run)->simulated()) log::info("simulated: the models and the traffic are made up");
  std::cout << "listening data=" << router.dataUrl() << " control=" << router.controlUrl() << std::endl;
  const int signal = signals.wait();
  (*run)->stop(kDrain);
  return signal == SIGINT ? kInterrupted : 0;
}

}  // namespace signalbox::app
