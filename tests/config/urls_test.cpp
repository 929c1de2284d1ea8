// SPDX-License-Identifier: Apache-2.0
#include "config/urls.h"

#include <gtest/gtest.h>

namespace signalbox::config {
namespace {

TEST(UrlsTest, whatABaseUrlMayBe) {
  for (const auto* url : {"http://h", "https://h.example/v1", "http://127.0.0.1:1", "http://h:65535/v1", "http://h:08000", "http://[::1]:8000/v1", "http://h/a:b@c"}) {
    EXPECT_TRUE(isBaseUrl(url)) << url;
  }
  for (const auto* url : {"", "h", "ftp://h", "http://", "http:///v1", "http://h:65536", "http://h:99999/v1", "http://h:123456", "http://h:0", "http://h:", "http://h:x", "http://[::1",
                          "http://[h]:1", "http://me:pw@h", "http://h?a=b", "http://h/#a", "http://h /v1", "http://h/v 1", "http://h\n", "http://h/\x01"}) {
    EXPECT_FALSE(isBaseUrl(url)) << url;
  }
  EXPECT_NE(baseUrlAllowed().find("http://HOST[:PORT]"), std::string::npos);
}

TEST(UrlsTest, hostsAndPaths) {
  EXPECT_EQ(hostOf("http://h.example:8000/v1"), "h.example");
  EXPECT_EQ(hostOf("https://h"), "h");
  EXPECT_EQ(hostOf("http://[::1]:8000/v1"), "[::1]");
  EXPECT_EQ(hostOf("http://[::1]"), "[::1]");
  EXPECT_EQ(hostOf("h:8000"), "");
  EXPECT_EQ(pathOf("http://h/v1"), 8u);
  EXPECT_EQ(pathOf("http://h"), std::string_view::npos);
  EXPECT_EQ(pathOf("h/v1"), std::string_view::npos);
}

}  // namespace
}  // namespace signalbox::config
