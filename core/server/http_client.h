// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 client for programs that play the part of a client: replay, demo, the console's test request. Keeps its
// connections; hands on a body while it comes. Lives on one executor with one thread; every call is made there. It is not the
// way to providers: that is upstream/.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/task.h"
#include "http/message.h"

namespace signalbox::server {

struct HttpTarget {
  bool tls = false;
  std::string host;
  std::uint16_t port = 80;
  std::string prefix;  // path of the URL without a trailing slash; may be empty
  std::string ca_file{};  // PEM with the authorities to trust under TLS; empty: the system's
};

// "http://127.0.0.1:8787/v1", "https://host". InvalidInput says what is allowed.
[[nodiscard]] Result<HttpTarget> parseHttpTarget(std::string_view url);

struct HttpClientLimits {
  Duration connect = std::chrono::seconds(5);
  Duration idle = std::chrono::seconds(60);  // between two pieces, and to the first one
  std::size_t max_body = 64u << 20;
  std::size_t kept_connections = 512;
};

class HttpClient {
 public:
  HttpClient(Executor executor, HttpTarget target, HttpClientLimits limits = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Called with each piece of a body as it comes.
  using OnBytes = std::function<void(std::string_view)>;

  // Sends one request (its target counts from the prefix) and reads the whole answer. UpstreamConnect, UpstreamDns,
  // UpstreamTls, UpstreamTimeout; UpstreamTruncated when the connection ends before the answer does; UpstreamMalformed.
  // A kept connection that turns out to be closed is replaced once.
  [[nodiscard]] Task<Result<http::Response>> send(http::Request request, OnBytes on_bytes = {});
  // Cuts every open connection: requests on their way fail, and so do those that follow.
  void cancel();

  class Connection;

 private:
  Task<Result<std::shared_ptr<Connection>>> take(bool fresh);

  Executor executor_;
  HttpTarget target_;
  HttpClientLimits limits_;
  bool cancelled_ = false;
  std::vector<std::shared_ptr<Connection>> idle_;
  std::vector<std::weak_ptr<Connection>> busy_;
};

}  // namespace signalbox::server
