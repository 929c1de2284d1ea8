// SPDX-License-Identifier: Apache-2.0
#include "bridge/console_client.h"

#include <gtest/gtest.h>

#include <QTest>

#include "ui/fake_console.h"

namespace signalbox::ui {
namespace {

TEST(ConsoleClientTest, asksForHelloAgainWhereADropTookIt) {
  const auto router = std::make_shared<testing::FakeRouter>();
  router->lost_hellos = 1;
  ConsoleClient client;
  auto made = std::make_unique<testing::FakeLink>(router);
  testing::FakeLink* link = made.get();
  client.attach(std::move(made));
  ASSERT_TRUE(QTest::qWaitFor([&] { return client.status().has_value(); }));
  ASSERT_FALSE(client.hello().has_value());
  link->setState(LinkState::Kind::Reconnecting, QStringLiteral("dropped"));
  link->setState(LinkState::Kind::Live);
  ASSERT_TRUE(QTest::qWaitFor([&] { return client.hello().has_value(); }));
  EXPECT_TRUE(client.isSimulated());
  EXPECT_TRUE(client.may(domain::Role::Admin));
}

TEST(ConsoleClientTest, doesNotReadTheClockOfTheRouterBefore) {
  const auto ahead = std::make_shared<testing::FakeRouter>();
  ahead->clock_ahead = 3'600'000'000;
  ConsoleClient client;
  client.attach(std::make_unique<testing::FakeLink>(ahead));
  ASSERT_TRUE(QTest::qWaitFor([&] { return client.hello().has_value(); }));
  ASSERT_GT(client.routerNow(), wallNow() + 3'000'000'000);
  client.attach(std::make_unique<testing::FakeLink>(nullptr));
  EXPECT_LT(client.routerNow(), wallNow() + 1'000'000);
}

}  // namespace
}  // namespace signalbox::ui
