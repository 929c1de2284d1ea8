// SPDX-License-Identifier: Apache-2.0
// Answers consoles, embedded or attached: implements control::ConsoleService over the journal, the policy store, the event feed
// and what the router says of itself. Calls are answered by a small pool, each thread with its own reader of the store, so that
// no caller waits and no question disturbs a request. Sessions may outlive stop(); they are then told that the router is going.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "control/console_api.h"
#include "domain/event.h"
#include "domain/tier.h"
#include "engine/event_feed.h"
#include "engine/policy_store.h"
#include "journal/journal.h"

namespace signalbox::engine {

// What the service asks the router itself. Quick, thread-safe, valid until ConsoleService::stop().
class RouterFacts {
 public:
  virtual ~RouterFacts() = default;
  [[nodiscard]] virtual domain::RouterStatus status() const = 0;
  [[nodiscard]] virtual std::vector<domain::UpstreamStatus> upstreams() const = 0;
};

struct ConsoleOptions {
  std::string server;              // "signalbox 0.1.0"
  std::string router;              // its name
  std::vector<std::string> tiers;  // in order of escalation
  bool simulated = false;
  std::size_t query_threads = 2;
  std::size_t most_waiting = 1000; // calls in the queue; more are refused as throttled
};

class ConsoleService final : public control::ConsoleService {
 public:
  // All arguments must stay until stop() has returned.
  [[nodiscard]] static Result<std::shared_ptr<ConsoleService>> start(journal::Journal& journal, PolicyStore& policies,
                                                                     EventFeed& feed, const RouterFacts& facts,
                                                                     ConsoleOptions options);
  ~ConsoleService() override;
  [[nodiscard]] std::unique_ptr<control::ConsoleApi> session(control::Principal principal) override;
  // Waits for running calls, answers waiting ones with ShuttingDown. Twice is no error.
  void stop();

  class Core;  // console_core.h

 private:
  explicit ConsoleService(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;
};

}  // namespace signalbox::engine
