// SPDX-License-Identifier: Apache-2.0
#include "upstream/address_rules.h"

#include <netinet/in.h>

#include <cstdint>
#include <cstring>

namespace signalbox::upstream {
namespace {

bool mayConnect4(std::uint32_t host) {
  if ((host >> 16) == 0xa9fe) return false;   // 169.254.0.0/16: link-local, and the metadata service of most clouds
  if (host == 0x646464c8) return false;           // 100.100.100.200: metadata service
  return (host >> 28) != 0xe && host != 0xffffffff && host != 0;  // multicast, broadcast, unspecified
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
  if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
    return mayConnect4(static_cast<std::uint32_t>(bytes[12]) << 24 | static_cast<std::uint32_t>(bytes[13]) << 16 |
                       static_cast<std::uint32_t>(bytes[14]) << 8 | bytes[15]);
  }
  if (IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr) || IN6_IS_ADDR_MULTICAST(&in6.sin6_addr) || IN6_IS_ADDR_UNSPECIFIED(&in6.sin6_addr)) {
    return false;
  }
  static constexpr std::uint8_t kMetadata[16] = {0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54};  // fd00:ec2::254
  return std::memcmp(bytes, kMetadata, sizeof kMetadata) != 0;
}

}  // namespace signalbox::upstream
