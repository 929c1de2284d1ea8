// SPDX-License-Identifier: Apache-2.0
// One WebSocket of either end: sending from a bounded queue, reading, pings, idle limit, close codes. It keeps
// itself alive while it is open. Callbacks come on its executor's thread, which must be one thread.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "server/handler.h"
#include "server/tls_session.h"

namespace signalbox::server {

struct SocketLimits {
  std::size_t max_message = 64 << 10;     // inbound
  std::size_t max_queue = 8u << 20;       // bytes that wait to be sent; one message is always taken
  Duration ping = std::chrono::seconds(20);
  Duration idle = std::chrono::seconds(60);  // nothing received, pongs included, or nothing of a write taken
  Duration handshake = std::chrono::seconds(10);
};

struct SocketClosed {
  int code = 1006;      // of the close frame; 1006 when there was none
  std::string reason;
  int http_status = 0;  // of an upgrade that was refused
};

class WebSocketStream {
 public:
  virtual ~WebSocketStream() = default;
  struct Callbacks {
    std::function<void()> on_open;
    std::function<void(std::string_view text)> on_text;
    std::function<void(const SocketClosed& closed)> on_closed;  // once, the last call
  };
  struct Target {
    bool tls = false;
    std::string host;
    std::uint16_t port = 0;
    std::string path = "/";
    std::string subprotocol;
    http::Headers headers;
    std::string ca_file;  // PEM with the authorities to trust; empty: the system's
  };
  struct Accepted {
    int descriptor = -1;
    bool v6 = false;
    TlsHandle tls;  // its session, handshake done; null in the clear
  };

  // To send and close from any thread; may outlive the stream and its executor.
  [[nodiscard]] virtual std::shared_ptr<SocketPeer> peer() const = 0;

  [[nodiscard]] static std::shared_ptr<WebSocketStream> create(Executor executor, SocketLimits limits);
  // Answers an upgrade on a connection that it takes over. On the executor's thread, once.
  virtual void accept(Accepted connection, const http::Request& upgrade, std::string_view subprotocol, Callbacks callbacks) = 0;
  // Connects, and asks for the upgrade. On the executor's thread, once.
  virtual void connect(Target target, Callbacks callbacks) = 0;
  // Ends at once, without a close frame. On the executor's thread.
  virtual void drop() = 0;
  // No callback comes any more. On the executor's thread.
  virtual void forget() = 0;
};

}  // namespace signalbox::server
