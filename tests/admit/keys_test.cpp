// SPDX-License-Identifier: Apache-2.0
#include "admit/keys.h"

#include <gtest/gtest.h>

namespace signalbox::admit {
namespace {

http::Headers with(std::string_view name, std::string_view value) {
  http::Headers headers;
  headers.add(name, value);
  return headers;
}

config::ClientKey key(std::string name, std::string secret) {
  config::ClientKey made;
  made.name = std::move(name);
  made.key = Secret(std::move(secret));
  return made;
}

TEST(KeysTest, everyKeyIsFoundWhereverItStands) {
  KeyBook book;
  const KeyRing ring({key("one", "secret-of-one"), key("two", "secret-of-two"), key("three", "secret-of-three")}, {}, book);
  for (const std::string name : {"one", "two", "three"}) {
    const auto client = ring.authenticate(with("authorization", "Bearer secret-of-" + name));
    ASSERT_TRUE(client);
    EXPECT_EQ((*client)->name, name);
    EXPECT_EQ((*client)->account, book.account(name));
    EXPECT_TRUE(ring.authenticate(with("x-api-key", "secret-of-" + name)));
  }
  EXPECT_FALSE(ring.authenticate(with("authorization", "Bearer secret-of-four")));
  EXPECT_FALSE(ring.authenticate({}));
}

TEST(KeysTest, anotherRingTakesOverWhatWasUsed) {
  KeyBook book;
  auto limited = key("app", "the-secret");
  limited.rpm = 1;
  Holding holding;
  {
    const KeyRing before({limited}, {}, book);
    const auto client = before.authenticate(with("x-api-key", "the-secret"));
    ASSERT_TRUE((*client)->account->enter((*client)->limits, steadyNow(), holding));
  }
  limited.key = Secret("another-secret");
  const KeyRing after({limited}, {}, book);
  const auto client = after.authenticate(with("x-api-key", "another-secret"));
  ASSERT_TRUE(client);
  EXPECT_FALSE((*client)->account->enter((*client)->limits, steadyNow(), holding));
}

}  // namespace
}  // namespace signalbox::admit
