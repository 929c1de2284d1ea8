// SPDX-License-Identifier: Apache-2.0
#include "server/host_list.h"

#include <gtest/gtest.h>

namespace signalbox::server {
namespace {

TEST(HostListTest, loopbackIsAllowedWithOurPortOnly) {
  HostList hosts;
  hosts.listenOn(8787);
  for (const char* host : {"localhost:8787", "LocalHost:8787", "127.0.0.1:8787", "[::1]:8787"}) EXPECT_TRUE(hosts.allows(host)) << host;
  for (const char* host : {"", "localhost", "localhost:8788", "127.0.0.2:8787", "::1", "[::1]", "localhost:8787.evil.test", "evil.test:8787"}) {
    EXPECT_FALSE(hosts.allows(host)) << host;
  }
}

TEST(HostListTest, namesAreAllowedWithAnyPortAndAStarStandsForOneLabel) {
  HostList hosts;
  hosts.listenOn(8787);
  hosts.setNames({"llm.example", "*.example.com", "192.0.2.7", "[2001:db8::7]"});
  for (const char* host : {"llm.example", "LLM.example:443", "a.example.com", "a.example.com:1", "192.0.2.7:8787", "[2001:db8::7]:9", "localhost:8787"}) {
    EXPECT_TRUE(hosts.allows(host)) << host;
  }
  for (const char* host : {"example.com", ".example.com", "a.b.example.com", "llm.example.evil", "xllm.example", "[2001:db8::7", "192.0.2.8"}) {
    EXPECT_FALSE(hosts.allows(host)) << host;
  }
  hosts.setNames({});
  EXPECT_FALSE(hosts.allows("llm.example"));
}

}  // namespace
}  // namespace signalbox::server
