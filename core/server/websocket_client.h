// SPDX-License-Identifier: Apache-2.0
// The near end of a WebSocket to a router's control plane: connects once, sends from any thread, calls back on its executor.
// Made, used and destroyed on the executor's thread but for send() and close(); no callback comes after it is destroyed.
#pragma once
#include <memory>
#include <string>

#include "base/error.h"
#include "server/websocket_stream.h"

namespace signalbox::server {

// "ws://host:port/path" or "wss://…"; the port may be left out (80, 443). InvalidInput says what is allowed.
[[nodiscard]] Result<WebSocketStream::Target> parseSocketUrl(std::string_view url);

class WebSocketClient {
 public:
  using Callbacks = WebSocketStream::Callbacks;
  using Target = WebSocketStream::Target;

  // A console reads snapshots far larger than what a router accepts.
  [[nodiscard]] static SocketLimits defaultLimits() {
    SocketLimits limits;
    limits.max_message = 64u << 20;
    return limits;
  }

  explicit WebSocketClient(Executor executor, SocketLimits limits = defaultLimits());
  ~WebSocketClient();
  WebSocketClient(const WebSocketClient&) = delete;
  WebSocketClient& operator=(const WebSocketClient&) = delete;

  // on_open, then on_text as messages come, then on_closed once; a connection that fails has on_closed alone, its reason in
  // words and its HTTP status where the upgrade was refused. REQUIRES: called once.
  void connect(Target target, Callbacks callbacks) { stream_->connect(std::move(target), std::move(callbacks)); }
  // Thread-safe. False when the queue is full or the socket is closing.
  bool send(std::string text) { return stream_->peer()->send(std::move(text)); }
  // Thread-safe. What is queued goes first.
  void close(int code = 1000, std::string reason = {}) { stream_->peer()->close(code, std::move(reason)); }

 private:
  std::shared_ptr<WebSocketStream> stream_;
};

}  // namespace signalbox::server
