// SPDX-License-Identifier: Apache-2.0
#include "server/websocket_stream.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include "server/client_trust.h"
#include "server/layered_socket.h"
#include "server/socket_queue.h"

namespace signalbox::server {
namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using ErrorValue = boost::system::error_code;
constexpr auto kCloseTime = std::chrono::seconds(5);
constexpr std::size_t kReadSize = 64 << 10;

class StreamImpl final : public WebSocketStream, public SocketQueue::Sink, public std::enable_shared_from_this<StreamImpl> {
 public:
  StreamImpl(const Executor& executor, SocketLimits limits)
      : limits_(limits), queue_(std::make_shared<SocketQueue>(executor, limits.max_queue)), socket_(executor), resolver_(executor),
        timer_(executor), close_timer_(executor) {}

  void attach() { queue_->attach(weak_from_this()); }
  [[nodiscard]] std::shared_ptr<SocketPeer> peer() const override { return queue_; }

  void accept(Accepted connection, const http::Request& upgrade, std::string_view subprotocol, Callbacks callbacks) override {
    callbacks_ = std::move(callbacks);
    tcp().assign(connection.v6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), connection.descriptor);
    if (connection.tls) socket_.next_layer().adopt(std::move(connection.tls));
    request_.method(beast::http::verb::get);
    request_.target(upgrade.target);
    request_.version(11);
    for (const auto& [name, value] : upgrade.headers) request_.insert(beast::string_view(name.data(), name.size()), beast::string_view(value.data(), value.size()));
    const bool offered = !subprotocol.empty() && upgrade.headers.has("sec-websocket-protocol");
    socket_.set_option(websocket::stream_base::decorator([protocol = std::string(offered ? subprotocol : "")](websocket::response_type& response) {
      response.set(beast::http::field::server, "signalbox");
      if (!protocol.empty()) response.set(beast::http::field::sec_websocket_protocol, protocol);
    }));
    prepare();
    socket_.async_accept(request_, [self = shared_from_this()](const ErrorValue& error) { self->onOpen(error); });
  }

  void connect(Target target, Callbacks callbacks) override {
    callbacks_ = std::move(callbacks);
    target_ = std::move(target);
    close_timer_.expires_after(limits_.handshake);
    close_timer_.async_wait([self = shared_from_this()](const ErrorValue& error) {
      if (!error && !self->open_) self->end("It did not answer in time.");
    });
    resolver_.async_resolve(target_.host, std::to_string(target_.port),
                            [self = shared_from_this()](const ErrorValue& error, const asio::ip::tcp::resolver::results_type& found) {
                              if (error) return self->end("Its name is not known: " + error.message() + ".");
                              self->connectTo(found);
                            });
  }

  void drop() override { end("The connection was dropped."); }
  void forget() override { forgotten_ = true; }

 private:
  void prepare() {
    socket_.read_message_max(0);
    socket_.auto_fragment(false);
    socket_.text(true);
    websocket::stream_base::timeout times{limits_.handshake, websocket::stream_base::none(), false};
    socket_.set_option(times);
    socket_.control_callback([this](websocket::frame_type, beast::string_view) { heard_ = steadyNow(); });
    ErrorValue ignored;
    tcp().set_option(asio::ip::tcp::no_delay(true), ignored);
  }
  asio::ip::tcp::socket& tcp() { return socket_.next_layer().next_layer(); }

  void connectTo(const asio::ip::tcp::resolver::results_type& found) {
    asio::async_connect(tcp(), found, [self = shared_from_this()](const ErrorValue& error, const auto&) {
      if (error) return self->end("It cannot be reached: " + error.message() + ".");
      if (self->target_.tls) self->encrypt();
      else self->handshake();
    });
  }

  void encrypt() {
    auto trust = clientTrust(target_.ca_file);
    if (!trust) return end(trust.error().message);
    auto& tls = socket_.next_layer().secure(std::move(*trust));
    if (!expectHost(tls.native_handle(), target_.host)) return end("Its name cannot be one of a certificate.");
    tls.async_handshake(asio::ssl::stream_base::client, [self = shared_from_this()](const ErrorValue& error) {
      if (error) return self->end("Its certificate or its TLS cannot be trusted: " + error.message() + ".");
      self->handshake();
    });
  }

  void handshake() {
    prepare();
    socket_.set_option(websocket::stream_base::decorator([this](websocket::request_type& request) {
      request.set(beast::http::field::user_agent, "signalbox");
      for (const auto& [name, value] : target_.headers) request.set(beast::string_view(name.data(), name.size()), beast::string_view(value.data(), value.size()));
      if (!target_.subprotocol.empty()) request.set(beast::http::field::sec_websocket_protocol, target_.subprotocol);
    }));
    const bool v6 = target_.host.find(':') != std::string::npos;
    const std::string host = (v6 ? "[" + target_.host + "]" : target_.host) + ":" + std::to_string(target_.port);
    socket_.async_handshake(response_, host, target_.path, [self = shared_from_this()](const ErrorValue& error) {
      if (error == websocket::error::upgrade_declined) return self->onDeclined();
      self->onOpen(error);
    });
  }

  void onDeclined() {
    closed_.http_status = static_cast<int>(response_.result_int());
    end("The upgrade was refused with status " + std::to_string(closed_.http_status) + ".");
  }

  void onOpen(const ErrorValue& error) {
    if (error) return end("The upgrade failed: " + error.message() + ".");
    if (ended_) return;
    open_ = true;
    heard_ = wrote_ = steadyNow();
    close_timer_.cancel();
    if (callbacks_.on_open && !forgotten_) callbacks_.on_open();
    read();
    watch();
    pump();
    if (close_wanted_) closeWhenSent();
  }

  void read() {
    socket_.async_read_some(buffer_, kReadSize, [self = shared_from_this()](const ErrorValue& error, std::size_t) { self->onRead(error); });
  }

  void onRead(const ErrorValue& error) {
    if (ended_) return;
    if (error == websocket::error::closed) {
      closed_.code = socket_.reason().code == websocket::close_code::none ? 1005 : static_cast<int>(socket_.reason().code);
      return end(std::string(socket_.reason().reason.data(), socket_.reason().reason.size()));
    }
    if (error) return end(error.message());
    heard_ = steadyNow();
    if (buffer_.size() > limits_.max_message) refuseMessage(1009, "The message is too large.");
    else if (!socket_.got_text()) refuseMessage(1003, "Only text is understood.");
    if (refused_ || close_wanted_) buffer_.consume(buffer_.size());
    else if (socket_.is_message_done()) deliver();
    if (!ended_) read();
  }

  void deliver() {
    const std::string_view text(static_cast<const char*>(buffer_.data().data()), buffer_.size());
    if (callbacks_.on_text && !forgotten_) callbacks_.on_text(text);
    buffer_.consume(buffer_.size());
  }

  // Beast's own limit closes with bytes unread, which resets the connection before the close code arrives. So the rest of the
  // message is read and dropped, and the closing is an ordinary one.
  void refuseMessage(int code, std::string reason) {
    if (!std::exchange(refused_, true)) queue_->close(code, std::move(reason));
  }

  void pump() override {
    if (!open_ || writing_ || ended_) return;
    if (!queue_->takeNext(current_)) return closeIfWanted();
    writing_ = true;
    wrote_ = steadyNow();
    socket_.async_write(asio::buffer(current_), [self = shared_from_this()](const ErrorValue& error, std::size_t) {
      self->writing_ = false;
      self->queue_->written(self->current_.size());
      if (!error) self->pump();  // an error shows in reading too, where a close frame may still say why
    });
  }

  // Pings, and notices a peer that is silent or takes nothing.
  void watch() {
    timer_.expires_after(std::min(limits_.ping, limits_.idle));
    timer_.async_wait([self = shared_from_this()](const ErrorValue& error) {
      if (error || self->ended_) return;
      const SteadyTime now = steadyNow();
      const bool silent = now - self->heard_ >= self->limits_.idle;
      if (silent || (self->writing_ && now - self->wrote_ >= self->limits_.idle)) return self->end("The peer was silent for too long.");
      if (!std::exchange(self->pinging_, true))
        self->socket_.async_ping({}, [self](const ErrorValue&) { self->pinging_ = false; });
      self->watch();
    });
  }

  void beginClose(int code, const std::string& reason) override {
    if (ended_) return;
    close_wanted_ = true;
    close_reason_ = {static_cast<websocket::close_code>(code), reason.substr(0, 120)};
    if (open_) closeWhenSent();
    else if (!target_.host.empty()) end("It was closed before it was open.");
  }

  // What is queued goes first, as far as the peer takes it in time.
  void closeWhenSent() {
    close_timer_.expires_after(kCloseTime);
    close_timer_.async_wait([self = shared_from_this()](const ErrorValue& error) {
      if (error || self->ended_) return;
      self->closed_.code = static_cast<int>(self->close_reason_.code);
      self->end("The peer did not take part in closing.");
    });
    closeIfWanted();
  }
  void closeIfWanted() {
    // While something is queued pump() is under way, and comes back here when all is sent.
    if (!close_wanted_ || writing_ || !open_ || ended_ || close_sent_ || !queue_->empty()) return;
    close_sent_ = true;
    socket_.async_close(close_reason_, [self = shared_from_this()](const ErrorValue&) {
      self->closed_.code = static_cast<int>(self->close_reason_.code);
      self->end(std::string(self->close_reason_.reason.data(), self->close_reason_.reason.size()));
    });
  }

  void end(std::string why) {
    if (std::exchange(ended_, true)) return;
    queue_->detach();
    timer_.cancel();
    close_timer_.cancel();
    resolver_.cancel();
    ErrorValue ignored;
    tcp().close(ignored);
    closed_.reason = std::move(why);
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
      const Callbacks callbacks = std::exchange(self->callbacks_, {});
      if (callbacks.on_closed && !self->forgotten_) callbacks.on_closed(self->closed_);
    });
  }

  const SocketLimits limits_;
  const std::shared_ptr<SocketQueue> queue_;
  Callbacks callbacks_;
  Target target_;
  websocket::stream<LayeredSocket> socket_;
  asio::ip::tcp::resolver resolver_;
  asio::steady_timer timer_;
  asio::steady_timer close_timer_;
  beast::http::request<beast::http::empty_body> request_;
  websocket::response_type response_;
  beast::flat_buffer buffer_;
  std::string current_;
  websocket::close_reason close_reason_;
  SocketClosed closed_;
  SteadyTime heard_{}, wrote_{};
  bool open_ = false, writing_ = false, pinging_ = false, close_wanted_ = false, close_sent_ = false, ended_ = false;
  bool forgotten_ = false, refused_ = false;
};

}  // namespace

std::shared_ptr<WebSocketStream> WebSocketStream::create(Executor executor, SocketLimits limits) {
  auto stream = std::make_shared<StreamImpl>(executor, limits);
  stream->attach();
  return stream;
}

}  // namespace signalbox::server
