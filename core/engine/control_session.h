// SPDX-License-Identifier: Apache-2.0
// One control connection: JSON-RPC calls become calls of a ConsoleApi, answers and deltas go back to the peer. Rights are looked
// at before parameters. A peer that reads slowly gets the newest delta and a count of what it lost, once it has caught up; one that
// floods is throttled, then closed. Messages come on the worker's thread, answers on any.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "control/cancellation.h"
#include "control/console_api.h"
#include "control/roles.h"
#include "control/rpc.h"
#include "engine/control_counts.h"
#include "engine/rate_limit.h"
#include "engine/ticker.h"
#include "server/handler.h"

namespace signalbox::engine {

// Whose session it is.
struct SessionOwner {
  std::string name;  // of the token
  domain::Role role;
};

struct SessionLimits {
  double calls_per_second = 20;
  double burst = 40;
  int most_refused = 20;                        // throttled calls in a row before the connection is closed
  std::size_t most_subscriptions = 64;
  std::size_t slow_above_bytes = 1u << 20;      // deltas are held back while more waits for the peer
};

class ControlSession final : public server::SocketSession {
 public:
  ControlSession(std::unique_ptr<control::ConsoleApi> api, SessionOwner owner, std::shared_ptr<server::SocketPeer> peer,
                 SessionLimits limits, std::shared_ptr<ControlCounts> counts, std::function<void()> gone, std::weak_ptr<Ticker> ticker = {});
  ~ControlSession() override;
  void onText(std::string_view text) override;

 private:
  class Link;
  std::shared_ptr<Link> link_;
  std::function<void()> gone_;
};

}  // namespace signalbox::engine
