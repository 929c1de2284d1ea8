// SPDX-License-Identifier: Apache-2.0
// A connected socket with or without TLS, as Beast's WebSocket wants its transport: one stream type for both, so that the WebSocket
// is compiled once. Internal to websocket_stream. On its executor's thread.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "base/task.h"
#include "server/tls_session.h"

namespace signalbox::server {

class LayeredSocket {
 public:
  using next_layer_type = asio::ip::tcp::socket;
  using executor_type = next_layer_type::executor_type;
  using Tls = asio::ssl::stream<next_layer_type&>;

  explicit LayeredSocket(const Executor& executor) : socket_(executor) {}

  [[nodiscard]] executor_type get_executor() { return socket_.get_executor(); }
  [[nodiscard]] next_layer_type& next_layer() { return socket_; }
  [[nodiscard]] const next_layer_type& next_layer() const { return socket_; }

  // A server's session, whose handshake is done.
  void adopt(TlsHandle session) { tls_.emplace(socket_, session.release()); }
  // A client's, whose handshake is the caller's to make.
  Tls& secure(std::shared_ptr<asio::ssl::context> trust) {
    trust_ = std::move(trust);
    return tls_.emplace(socket_, *trust_);
  }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (tls_) tls_->async_read_some(buffers, std::forward<Handler>(handler));
    else socket_.async_read_some(buffers, std::forward<Handler>(handler));
  }
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    if (tls_) tls_->async_write_some(buffers, std::forward<Handler>(handler));
    else socket_.async_write_some(buffers, std::forward<Handler>(handler));
  }

  // How Beast ends the transport once the close frames have been exchanged.
  template <class Handler>
  friend void async_teardown(boost::beast::role_type role, LayeredSocket& socket, Handler&& handler) {
    if (socket.tls_) return socket.tls_->async_shutdown(std::forward<Handler>(handler));
    boost::beast::websocket::async_teardown(role, socket.socket_, std::forward<Handler>(handler));
  }

 private:
  next_layer_type socket_;
  std::shared_ptr<asio::ssl::context> trust_;
  std::optional<Tls> tls_;
};

}  // namespace signalbox::server
