// SPDX-License-Identifier: Apache-2.0
// The control plane's door: decides on WebSocket upgrades (path, subprotocol, origin, bearer token) and gives each accepted peer
// a session that speaks JSON-RPC over a ConsoleApi of the token's role. Tokens are compared by SHA-256 in constant time.
// Thread-safe. Outlives the server that calls it.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "config/config.h"
#include "control/console_api.h"
#include "engine/control_counts.h"
#include "server/handler.h"

namespace signalbox::engine {

struct ControlSocketOptions {
  std::vector<config::ControlToken> tokens;
  std::vector<std::string> origins;            // exact values allowed in Origin; requests without one are no browser's
  std::size_t most_connections = 16;           // of one token
  double calls_per_second = 20;                // of one connection
  double burst = 40;
};

class ControlSocket final : public server::SocketHandler {
 public:
  ControlSocket(std::shared_ptr<control::ConsoleService> service, ControlSocketOptions options);
  ~ControlSocket() override;

  std::expected<std::unique_ptr<server::SocketSession>, Refusal> accept(const http::Request& upgrade,
                                                                        std::shared_ptr<server::SocketPeer> peer) override;
  [[nodiscard]] std::string_view subprotocol() const override;
  // Sessions of tokens that are no longer there are closed.
  void setTokens(std::vector<config::ControlToken> tokens);
  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] const ControlCounts& counts() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace signalbox::engine
