// SPDX-License-Identifier: Apache-2.0
// Apart from everything else: the C library's <netinet/tcp.h>, which Asio includes, has an older tcp_info without these counts.
#include "upstream/acknowledged.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>

namespace signalbox::upstream {

std::optional<std::uint64_t> acknowledgedBytes(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  if (size < offsetof(tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked) return std::nullopt;
  return info.tcpi_bytes_acked;
}

bool saidItsEnd(int socket) {
  constexpr int kCloseWait = 8;  // TCP_CLOSE_WAIT of <netinet/tcp.h>
  tcp_info info{};
  socklen_t size = sizeof info;
  return ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_state == kCloseWait;
}

}  // namespace signalbox::upstream
