// SPDX-License-Identifier: GPL-3.0-only
// A router running in this process, configured or simulated; the one place of the console that knows how to start either.
// Starting and stopping block: call them off the GUI thread.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "engine/router.h"
#include "lab/demo.h"

namespace signalbox::app {

struct EngineWish {
  std::string config;       // file; empty = the default search
  bool demo = false;
  std::uint16_t port = 0;   // of the data plane; 0 = as configured, or a free one for the demo
  std::uint16_t control_port = 0;
};

class EngineRun {
 public:
  // The error says what, where and what to do; nothing is left behind. `tried` becomes the port of the data plane, also of a start
  // that fails; it stays where none was chosen.
  [[nodiscard]] static Result<std::unique_ptr<EngineRun>> start(const EngineWish& wish, std::uint16_t* tried = nullptr);
  ~EngineRun();
  [[nodiscard]] engine::Router& router();
  [[nodiscard]] bool simulated() const { return demo_ != nullptr; }
  void stop(Duration drain);

 private:
  std::unique_ptr<lab::Demo> demo_;
  std::unique_ptr<engine::Router> router_;
};

}  // namespace signalbox::app
