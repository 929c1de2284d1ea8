// SPDX-License-Identifier: Apache-2.0
#include "server/http_client.h"

#include <charconv>

#include "base/strings.h"
#include "server/http_client_connection.h"

namespace signalbox::server {
namespace {

namespace beast = boost::beast;
using Parser = HttpClient::Connection::Parser;

std::string wireRequest(const http::Request& request, const HttpTarget& target) {
  const bool plain_port = target.port == (target.tls ? 443 : 80);
  const bool v6 = target.host.find(':') != std::string::npos;
  std::string wire = request.method + " " + target.prefix + request.target + " HTTP/1.1\r\nHost: ";
  wire += v6 ? "[" + target.host + "]" : target.host;
  if (!plain_port) wire += ":" + std::to_string(target.port);
  wire += "\r\n";
  for (const auto& [name, value] : request.headers.all()) {
    wire.append(name).append(": ").append(value).append("\r\n");
  }
  if (!request.body.empty() || request.method == "POST") wire += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  wire += "\r\n";
  wire += request.body;
  return wire;
}

http::Response readResponse(Parser& parser) {
  http::Response response;
  response.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get()) {
    response.headers.add(std::string(field.name_string()), std::string(field.value()));
  }
  response.body = std::move(parser.get().body());
  return response;
}

Error readError(const boost::system::error_code& error, const Parser& parser) {
  const bool begun = parser.is_header_done();
  if (error == beast::error::timeout) return {ErrorCode::UpstreamTimeout, begun ? "The answer stopped coming." : "No answer in time.", {}, {}, 0, 0};
  if (begun) return {ErrorCode::UpstreamTruncated, "The connection ended before the answer did: " + error.message(), {}, {}, 0, 0};
  const bool ended = error == beast::http::error::end_of_stream || error == beast::http::error::partial_message;
  if (!ended && error.category() == beast::http::make_error_code(beast::http::error::bad_field).category()) {
    return {ErrorCode::UpstreamMalformed, "Not HTTP: " + error.message(), {}, {}, 0, 0};
  }
  return {ErrorCode::UpstreamConnect, "The connection was lost: " + error.message(), {}, {}, 0, 0};
}

}  // namespace

Result<HttpTarget> parseHttpTarget(std::string_view url) {
  const auto wrong = [] { return fail(ErrorCode::InvalidInput, "must be a URL such as http://127.0.0.1:8787 or https://host/v1"); };
  HttpTarget target;
  if (url.starts_with("https://")) {
    target.tls = true;
    target.port = 443;
  } else if (!url.starts_with("http://")) {
    return wrong();
  }
  url.remove_prefix(target.tls ? 8 : 7);
  const auto slash = url.find('/');
  std::string_view authority = url.substr(0, slash);
  if (slash != std::string_view::npos) target.prefix = url.substr(slash);
  while (target.prefix.ends_with('/')) target.prefix.pop_back();
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos && !authority.ends_with(']')) {
    const auto digits = authority.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), target.port);
    if (error != std::errc{} || digits.empty() || end != digits.data() + digits.size() || target.port == 0) return wrong();
    authority = authority.substr(0, colon);
  }
  if (authority.empty() || url.find_first_of(" \r\n?#@") != std::string_view::npos) return wrong();
  if (authority.starts_with('[')) authority = authority.substr(1, authority.size() - 2);
  target.host = authority;
  return target;
}

HttpClient::HttpClient(Executor executor, HttpTarget target, HttpClientLimits limits)
    : executor_(std::move(executor)), target_(std::move(target)), limits_(limits) {}

HttpClient::~HttpClient() = default;

void HttpClient::cancel() {
  cancelled_ = true;
  for (const auto& connection : busy_) {
    if (const auto open = connection.lock()) open->close();
  }
}

Task<Result<std::shared_ptr<HttpClient::Connection>>> HttpClient::take(bool fresh) {
  const auto calledOff = [] { return fail(ErrorCode::UpstreamConnect, "called off"); };
  if (cancelled_) co_return calledOff();
  if (!fresh && !idle_.empty()) {
    auto kept = std::move(idle_.back());
    idle_.pop_back();
    co_return kept;
  }
  auto made = makeConnection(executor_, target_);
  if (!made) co_return std::unexpected(std::move(made.error()));
  const std::shared_ptr<Connection> connection = std::move(*made);
  auto connected = co_await connection->connect(target_, limits_.connect);
  if (!connected) co_return std::unexpected(std::move(connected.error()));
  if (cancelled_) co_return calledOff();
  std::erase_if(busy_, [](const auto& one) { return one.expired(); });
  busy_.push_back(connection);
  co_return connection;
}

Task<Result<http::Response>> HttpClient::send(http::Request request, OnBytes on_bytes) {
  const std::string wire = wireRequest(request, target_);
  for (bool fresh = false;; fresh = true) {
    auto taken = co_await take(fresh);
    if (!taken) co_return std::unexpected(std::move(taken.error()));
    const std::shared_ptr<Connection> connection = std::move(*taken);
    Parser parser;
    parser.body_limit(limits_.max_body);
    std::size_t seen = 0;
    auto error = co_await connection->write(wire, limits_.idle);
    while (!error && !parser.is_done()) {
      error = co_await connection->readSome(parser, limits_.idle);
      const std::string& body = parser.get().body();
      if (on_bytes && body.size() > seen) on_bytes(std::string_view(body).substr(seen));
      seen = body.size();
    }
    if (error) {
      const bool stale = connection->used && !fresh && !parser.is_header_done() && error != beast::error::timeout && !cancelled_;
      connection->close();
      if (stale) continue;
      co_return std::unexpected(readError(error, parser));
    }
    connection->used = true;
    if (parser.get().keep_alive() && idle_.size() < limits_.kept_connections) idle_.push_back(connection);
    co_return readResponse(parser);
  }
}

}  // namespace signalbox::server
