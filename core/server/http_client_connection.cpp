// SPDX-License-Identifier: Apache-2.0
#include "server/http_client_connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "server/client_trust.h"

namespace signalbox::server {
namespace {

namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;
constexpr auto kAwait = asio::as_tuple(kAwaitable);

std::unexpected<Error> failed(ErrorCode code, const HttpTarget& target, const std::string& what) {
  return fail(code, target.host + ":" + std::to_string(target.port) + ": " + what);
}

Task<Result<void>> connectTcp(beast::tcp_stream& stream, const HttpTarget& target, Duration limit) {
  tcp::resolver resolver(stream.get_executor());
  const std::string port = std::to_string(target.port);
  auto [dns, addresses] = co_await resolver.async_resolve(target.host, port, kAwait);
  if (dns) co_return failed(ErrorCode::UpstreamDns, target, dns.message());
  stream.expires_after(limit);
  auto [refused, address] = co_await stream.async_connect(addresses, kAwait);
  if (refused == beast::error::timeout) co_return failed(ErrorCode::UpstreamTimeout, target, "no connection in time");
  if (refused) co_return failed(ErrorCode::UpstreamConnect, target, refused.message());
  stream.socket().set_option(tcp::no_delay(true));
  co_return Result<void>{};
}

template <class Stream>
class ConnectionOf : public HttpClient::Connection {
 public:
  template <class... Args>
  explicit ConnectionOf(Args&&... args) : stream_(std::forward<Args>(args)...) {}

  Task<Result<void>> connect(const HttpTarget& target, Duration limit) override;

  Task<ErrorCodeOf> write(std::string_view bytes, Duration limit) override {
    lowest().expires_after(limit);
    auto [error, count] = co_await asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()), kAwait);
    co_return error;
  }

  Task<ErrorCodeOf> readSome(Parser& parser, Duration limit) override {
    lowest().expires_after(limit);
    auto [error, count] = co_await beast::http::async_read_some(stream_, buffer_, parser, kAwait);
    co_return error;
  }

  void close() override {
    boost::system::error_code ignored;
    lowest().socket().close(ignored);
  }

 private:
  beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }
  Stream stream_;
};

template <>
Task<Result<void>> ConnectionOf<beast::tcp_stream>::connect(const HttpTarget& target, Duration limit) {
  auto connected = co_await connectTcp(stream_, target, limit);
  co_return connected;
}

template <>
Task<Result<void>> ConnectionOf<TlsStream>::connect(const HttpTarget& target, Duration limit) {
  auto connected = co_await connectTcp(lowest(), target, limit);
  if (!connected) co_return connected;
  if (!expectHost(stream_.native_handle(), target.host)) co_return failed(ErrorCode::UpstreamTls, target, "bad host name");
  lowest().expires_after(limit);
  auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::client, kAwait);
  if (error) co_return failed(ErrorCode::UpstreamTls, target, error.message());
  co_return Result<void>{};
}

}  // namespace

Result<std::shared_ptr<HttpClient::Connection>> makeConnection(const Executor& executor, const HttpTarget& target) {
  if (!target.tls) return std::make_shared<ConnectionOf<beast::tcp_stream>>(executor);
  const auto trust = clientTrust(target.ca_file);
  if (!trust) return std::unexpected(trust.error());
  return std::make_shared<ConnectionOf<TlsStream>>(executor, **trust);
}

}  // namespace signalbox::server
