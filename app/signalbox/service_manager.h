// SPDX-License-Identifier: Apache-2.0
// What a service manager such as systemd wants to know of a program, and what it hands over: sd_notify and socket activation, which
// are a datagram and three environment variables. Without one every call does nothing. Main thread.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "base/error.h"

namespace signalbox::app {

class ServiceManager {
 public:
  // Takes the variables out of the environment, so that no child inherits them.
  ServiceManager();

  // Lines of VARIABLE=VALUE, such as READY=1.
  void tell(const std::string& state) const;
  void reloading() const;
  // How often it wants to hear WATCHDOG=1; zero: never.
  [[nodiscard]] std::chrono::microseconds watchdog() const { return watchdog_; }

  // The listening socket that was handed over under this name; -1 when there is none. InvalidInput when there are several.
  [[nodiscard]] Result<int> socket(const std::string& name) const;

 private:
  std::string notify_;  // a path, or @ and a name
  std::chrono::microseconds watchdog_{0};
  std::vector<std::string> socket_names_;  // of the descriptors from 3 on
};

}  // namespace signalbox::app
