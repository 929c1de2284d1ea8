// SPDX-License-Identifier: Apache-2.0
// The control protocol from the other end, for programs that ask and wait: connects, says hello, calls methods. Runs its own
// thread; calls block their caller until the answer, the deadline or the end of the connection. Thread-safe.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/secret.h"
#include "control/console_api.h"

namespace signalbox::server {

struct ControlClientOptions {
  std::string url;                                  // ws://HOST:PORT or wss://, with or without /control
  std::string ca_file{};                            // of wss: PEM with the authorities to trust; empty: the system's
  Secret token;
  std::string client = "signalbox";                 // who we say we are
  Duration timeout = std::chrono::seconds(30);      // of connecting, and of each call
  // Deltas of subscriptions, on the client's thread.
  std::function<void(const std::string& method, const Json& params)> on_notification;
};

class ControlClient {
 public:
  // Connects and says hello. The error says what to do: Unauthenticated for a token that is not known, UpstreamConnect where
  // nobody listens, InvalidInput for a bad URL.
  [[nodiscard]] static Result<std::unique_ptr<ControlClient>> connect(ControlClientOptions options);
  ~ControlClient();

  [[nodiscard]] const control::Hello& hello() const;
  // The result of the call, or its error with code, message and data as the router gave them.
  [[nodiscard]] Result<Json> call(std::string_view method, Json params = Json::object());
  // False once the connection has ended, whoever ended it.
  [[nodiscard]] bool connected() const;

 private:
  class Connection;
  explicit ControlClient(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace signalbox::server
