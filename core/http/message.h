// SPDX-License-Identifier: Apache-2.0
// HTTP messages as values, without sockets.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signalbox::http {

// Field names keep their spelling; look-ups ignore case. Order and repeats are kept.
class Headers {
 public:
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  void set(std::string_view name, std::string value);            // replaces every field of that name
  void remove(std::string_view name);
  [[nodiscard]] std::string_view get(std::string_view name) const;  // first value, trimmed; empty when absent
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct Request {
  std::string method;  // upper case, as sent
  std::string target;  // origin form, as sent: path and query
  Headers headers;
  std::string body;    // de-chunked
  std::string peer;    // remote address without port
  bool loopback = false;
  [[nodiscard]] std::string_view path() const;  // target up to '?'
};

struct Response {
  int status = 200;
  Headers headers;     // Content-Length, Connection and Date are the server's business
  std::string body;
};

}  // namespace signalbox::http
