// SPDX-License-Identifier: Apache-2.0
// TLS with a certificate that nobody signed, in front of a plain server on loopback: what a client must refuse. One thread of
// its own; made, and ended by its destructor, on the program's thread. For simulated upstreams and tests; never for users.
#pragma once
#include <cstdint>
#include <memory>

#include "base/error.h"
#include "server/server.h"

namespace signalbox::server {

class SelfSignedFront {
 public:
  // Listens at once and hands on to `behind`, a port on loopback. Io naming the address when it cannot be had.
  [[nodiscard]] static Result<std::unique_ptr<SelfSignedFront>> open(const Endpoint& listen, std::uint16_t behind);
  virtual ~SelfSignedFront() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
};

}  // namespace signalbox::server
