// SPDX-License-Identifier: Apache-2.0
#include "server/websocket_client.h"

#include <charconv>

namespace signalbox::server {
namespace {

std::unexpected<Error> badUrl(std::string_view what) {
  return fail(ErrorCode::InvalidInput, "The URL " + std::string(what) + "; write it as ws://HOST:PORT/control, or wss:// for TLS.");
}

}  // namespace

Result<WebSocketStream::Target> parseSocketUrl(std::string_view url) {
  WebSocketStream::Target target;
  target.tls = url.starts_with("wss://");
  if (!target.tls && !url.starts_with("ws://")) return badUrl("begins neither with ws:// nor with wss://");
  url.remove_prefix(target.tls ? 6 : 5);
  const std::size_t slash = std::min(url.find('/'), url.size());
  std::string_view authority = url.substr(0, slash);
  if (slash < url.size()) target.path = url.substr(slash);
  if (authority.find('@') != std::string_view::npos) return badUrl("must not carry credentials");
  std::string_view port = target.tls ? "443" : "80";
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) return badUrl("has an unfinished address");
  if (const std::size_t colon = authority.find(':', bracket); colon != std::string_view::npos) {
    port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
  }
  const auto read = std::from_chars(port.data(), port.data() + port.size(), target.port);
  if (read.ec != std::errc{} || read.ptr != port.data() + port.size() || target.port == 0) return badUrl("has a malformed port");
  target.host = bracket > 0 ? authority.substr(1, bracket - 1) : authority;
  if (target.host.empty()) return badUrl("has no host");
  return target;
}

WebSocketClient::WebSocketClient(Executor executor, SocketLimits limits) : stream_(WebSocketStream::create(std::move(executor), limits)) {}

WebSocketClient::~WebSocketClient() {
  stream_->forget();
  stream_->peer()->close(1000, {});
}

}  // namespace signalbox::server
