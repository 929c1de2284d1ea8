// SPDX-License-Identifier: Apache-2.0
// The Host headers that a server answers to; any other is 421, so that no page can reach it under a name of its own (DNS
// rebinding). The three names of loopback with our port, and what it is known by beyond loopback with any port: what stands
// between may map ports. Thread-safe.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/snapshot.h"

namespace signalbox::server {

class HostList {
 public:
  // Before the first request.
  void listenOn(std::uint16_t port);
  // Names or addresses, an IPv6 address in brackets; "*.example.com" stands for one more label.
  void setNames(std::vector<std::string> names);

  [[nodiscard]] bool allows(std::string_view host) const;

 private:
  std::array<std::string, 3> loopback_;
  Snapshot<std::vector<std::string>> names_;
};

}  // namespace signalbox::server
