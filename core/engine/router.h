// SPDX-License-Identifier: Apache-2.0
// The router as a whole: listeners, journal, policy, console service. Owned by a program (or by a console that embeds it);
// started and stopped from one thread; everything else may be called from any.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/secret.h"
#include "config/config.h"
#include "control/console_api.h"
#include "journal/journal.h"
#include "server/server.h"

namespace signalbox::engine {

struct RouterOptions {
  std::shared_ptr<const config::Config> config;
  std::string version = "0.1.0";
  std::optional<config::Address> listen;   // override the configured ones
  std::optional<config::Address> control;
  int listen_socket = -1, control_socket = -1;  // that listen at those addresses already
  std::optional<std::size_t> workers;
  config::Loader load;                     // reads the configuration again, for reload() and when its files change; null: neither
  std::function<void(const std::string&)> set_log_level;  // where a reload may change it
  bool simulated = false;                  // the traffic is made up; every screen says so
  // Tokens of the caller's own making, for a router that must leave no files (the demo). Unset: the configured ones, else files in
  // the state folder, made on the first start.
  std::optional<Secret> client_token;
  std::optional<Secret> control_token;     // role admin
};

class Router {
 public:
  // Opens the store, binds both listeners, serves. The error says what, where and what to do; nothing is left behind.
  [[nodiscard]] static Result<std::unique_ptr<Router>> start(RouterOptions options);
  virtual ~Router() = default;  // stops at once, if still running

  [[nodiscard]] virtual std::string dataUrl() const = 0;      // http://127.0.0.1:8787
  [[nodiscard]] virtual std::string controlUrl() const = 0;   // ws://127.0.0.1:8788
  [[nodiscard]] virtual std::uint16_t dataPort() const = 0;
  // Paths of token files that the start used or made, for printing; empty when keys are configured.
  [[nodiscard]] virtual std::string clientTokenFile() const = 0;
  [[nodiscard]] virtual std::string controlTokenFile() const = 0;
  // The token that a local program sends; empty when keys are configured.
  [[nodiscard]] virtual Secret clientToken() const = 0;
  [[nodiscard]] virtual std::shared_ptr<control::ConsoleService> console() = 0;
  [[nodiscard]] virtual journal::Journal& journal() = 0;
  // Pass-through: everything goes to the last tier, ungated, recorded as pinned.
  virtual void setPaused(bool paused) = 0;
  [[nodiscard]] virtual bool paused() const = 0;
  // Reads the configuration again: what can change while it runs does, or nothing does. Blocks.
  virtual domain::ConfigStatus reload() = 0;
  // Not ready, and after the configured delay no new connections; open requests go on until the deadline, the journal is flushed.
  // Blocks.
  virtual void stop(Duration drain) = 0;
  // What the configuration in force gives open requests at the end.
  [[nodiscard]] virtual Duration drainDeadline() const = 0;
  // Whether every worker has come round since the last call; for watchdogs.
  [[nodiscard]] virtual bool pulse() = 0;
  // From another thread while stop() drains: its deadline is now. Open streams end with an error event, and everything is recorded.
  virtual void hasten() = 0;
};

}  // namespace signalbox::engine
