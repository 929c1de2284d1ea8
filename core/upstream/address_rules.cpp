// SPDX-License-Identifier: Apache-2.0
#include "upstream/address_rules.h"

#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <iterator>

namespace signalbox::upstream {
namespace {

bool mayConnect4(std::uint32_t host) {
  if ((host >> 16) == 0xa9fe) return false;   // 169.254.0.0/16: link-local, and the metadata service of most clouds
  if (host == 0x646464c8) return false;       // 100.100.100.200: metadata service
  if (host == 0xc00000c0) return false;       // 192.0.0.192: metadata service
  return (host >> 28) < 0xe && (host >> 24) != 0;  // multicast, reserved and broadcast; this network
}

std::uint32_t word(const std::uint8_t* bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 | static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

// IPv6 addresses that stand for one of IPv4, which a gateway on the way would turn them into.
bool standsFor4(const in6_addr& address, std::uint32_t& host) {
  const std::uint8_t* bytes = address.s6_addr;
  static constexpr std::uint8_t kNat64[12] = {0, 0x64, 0xff, 0x9b};                 // 64:ff9b::/96
  static constexpr std::uint8_t kLocalNat64[6] = {0, 0x64, 0xff, 0x9b, 0, 1};       // 64:ff9b:1::/48
  static constexpr std::uint8_t kNothing[12] = {};
  const bool compatible = std::memcmp(bytes, kNothing, sizeof kNothing) == 0 && word(bytes + 12) > 1;  // not :: and not ::1
  if (IN6_IS_ADDR_V4MAPPED(&address) || compatible || std::memcmp(bytes, kNat64, sizeof kNat64) == 0 ||
      std::memcmp(bytes, kLocalNat64, sizeof kLocalNat64) == 0) {
    host = word(bytes + 12);
    return true;
  }
  if (bytes[0] == 0x20 && bytes[1] == 0x02) {  // 2002::/16, 6to4
    host = word(bytes + 2);
    return true;
  }
  return false;
}

}  // namespace

bool mayConnect(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    return mayConnect4(ntohl(in.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return false;
  sockaddr_in6 in6{};
  std::memcpy(&in6, &address, sizeof in6);
  const std::uint8_t* bytes = in6.sin6_addr.s6_addr;
  if (std::uint32_t host = 0; standsFor4(in6.sin6_addr, host)) return mayConnect4(host);
  if (IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr) || IN6_IS_ADDR_SITELOCAL(&in6.sin6_addr) || IN6_IS_ADDR_MULTICAST(&in6.sin6_addr) ||
      IN6_IS_ADDR_UNSPECIFIED(&in6.sin6_addr)) {
    return false;
  }
  static constexpr std::uint8_t kMetadata[][16] = {{0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},   // fd00:ec2::254
                                                   {0xfd, 0x20, 0, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}};  // fd20:ce::254
  return std::none_of(std::begin(kMetadata), std::end(kMetadata), [&](const auto& known) { return std::memcmp(bytes, known, sizeof known) == 0; });
}

curl_socket_t openAllowed(void*, curlsocktype, curl_sockaddr* address) {
  if (!mayConnect(address->addr)) {
    errno = EACCES;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
}

}  // namespace signalbox::upstream
