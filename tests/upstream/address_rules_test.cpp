// SPDX-License-Identifier: Apache-2.0
#include "upstream/address_rules.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <string>

namespace signalbox::upstream {
namespace {

bool allowed(const std::string& text) {
  sockaddr_in in{};
  in.sin_family = AF_INET;
  if (::inet_pton(AF_INET, text.c_str(), &in.sin_addr) == 1) return mayConnect(reinterpret_cast<const sockaddr&>(in));
  sockaddr_in6 in6{};
  in6.sin6_family = AF_INET6;
  EXPECT_EQ(::inet_pton(AF_INET6, text.c_str(), &in6.sin6_addr), 1) << text;
  return mayConnect(reinterpret_cast<const sockaddr&>(in6));
}

TEST(AddressRulesTest, machinesOfOnesOwnAndOfOthersAreAllowed) {
  for (const char* address : {"127.0.0.1", "10.0.0.1", "172.16.0.9", "192.168.1.1", "100.64.0.1", "1.1.1.1", "223.255.255.255", "::1", "2606:4700::1111",
                              "fd00::1", "fd00:ec2::253", "::ffff:10.0.0.1", "64:ff9b::1.1.1.1", "2002:0101:0101::1"}) {
    EXPECT_TRUE(allowed(address)) << address;
  }
}

TEST(AddressRulesTest, linkLocalAndMetadataAddressesAreRefused) {
  for (const char* address : {"169.254.169.254", "169.254.0.1", "169.254.255.255", "100.100.100.200", "192.0.0.192", "fe80::1", "febf::1", "fec0::1",
                              "fd00:ec2::254", "fd20:ce::254"}) {
    EXPECT_FALSE(allowed(address)) << address;
  }
}

TEST(AddressRulesTest, whatIsNoMachineIsRefused) {
  for (const char* address : {"0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "ff02::1"}) {
    EXPECT_FALSE(allowed(address)) << address;
  }
}

TEST(AddressRulesTest, anIpv6AddressThatStandsForOneOfIpv4IsJudgedAsThat) {
  for (const char* address : {"::ffff:169.254.169.254", "::ffff:0.0.0.0", "::169.254.169.254", "64:ff9b::169.254.169.254", "64:ff9b:1::169.254.169.254",
                              "64:ff9b::100.100.100.200", "2002:a9fe:a9fe::1", "2002:e000:1::"}) {
    EXPECT_FALSE(allowed(address)) << address;
  }
}

TEST(AddressRulesTest, otherFamiliesAreRefused) {
  sockaddr other{};
  other.sa_family = AF_UNIX;
  EXPECT_FALSE(mayConnect(other));
}

}  // namespace
}  // namespace signalbox::upstream
