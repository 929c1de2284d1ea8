// SPDX-License-Identifier: Apache-2.0
// HOST:PORT of the command line, and the check CLI11 makes of it.
#pragma once
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/server.h"

namespace signalbox::app {

// "127.0.0.1:8787", "[::1]:8787", "localhost:0".
inline std::optional<server::Endpoint> parseEndpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || digits.empty() || end != digits.data() + digits.size() || host.empty()) return std::nullopt;
  return server::Endpoint{std::string(host), port};
}

// For CLI::Option::check: empty when good.
inline std::string checkEndpoint(const std::string& text) {
  return parseEndpoint(text) ? std::string{} : "must be HOST:PORT, such as 127.0.0.1:9001; port 0 picks a free one";
}

inline std::string hostPort(const server::Endpoint& listen, std::uint16_t port) {
  const bool v6 = listen.address.find(':') != std::string::npos;
  return (v6 ? "[" + listen.address + "]" : listen.address) + ":" + std::to_string(port);
}

}  // namespace signalbox::app
