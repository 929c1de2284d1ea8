// SPDX-License-Identifier: Apache-2.0
// One connection of an HttpClient, with or without TLS. Private to http_client.
#pragma once
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "server/http_client.h"

namespace signalbox::server {

class HttpClient::Connection {
 public:
  using Parser = boost::beast::http::response_parser<boost::beast::http::string_body>;
  using ErrorCodeOf = boost::system::error_code;

  virtual ~Connection() = default;
  virtual Task<Result<void>> connect(const HttpTarget& target, Duration limit) = 0;
  // Each gives up after `limit` without progress.
  virtual Task<ErrorCodeOf> write(std::string_view bytes, Duration limit) = 0;
  virtual Task<ErrorCodeOf> readSome(Parser& parser, Duration limit) = 0;
  virtual void close() = 0;
  bool used = false;  // has answered at least one request

 protected:
  boost::beast::flat_buffer buffer_;
};

// InvalidInput when the target's authorities cannot be read.
[[nodiscard]] Result<std::shared_ptr<HttpClient::Connection>> makeConnection(const Executor& executor, const HttpTarget& target);

}  // namespace signalbox::server
