// SPDX-License-Identifier: Apache-2.0
// Opens the listening sockets of a server: one per worker on one port, the kernel spreading connections over them.
#pragma once
#include <cstdint>
#include <vector>

#include "base/error.h"
#include "server/server.h"

namespace signalbox::server {

struct Listeners {
  std::vector<int> descriptors;  // one per worker; the caller owns them
  std::uint16_t port = 0;
};

// Io when the address cannot be had, naming it; InvalidConfig for an address beyond loopback where nothing encrypts.
[[nodiscard]] Result<Listeners> openListeners(const Endpoint& endpoint, std::size_t workers, bool tls = false);

// Where a socket listens. InvalidConfig when it does not, or is no TCP socket.
[[nodiscard]] Result<Endpoint> listeningAt(int descriptor);

// True when so few descriptors are left that no connection should be accepted.
[[nodiscard]] bool descriptorsScarce(int newest);
// Lifts the soft limit of descriptors to the hard one.
void liftDescriptorLimit();

}  // namespace signalbox::server
