// SPDX-License-Identifier: Apache-2.0
// Servers that are no router, or a broken one: the console says so, tries again, and lives.
#include <gtest/gtest.h>

#include <QTcpServer>
#include <QTest>

#include "ui/tiny_router.h"

namespace signalbox::ui {
namespace {
using testing::clientFor;
using testing::TinyRouter;

TEST(RemoteFaultsTest, aServerThatAnswersNonsenseIsTriedAgainWithWords) {
  for (const Json& nonsense : {Json(5), Json("x"), Json{{"protocol", 1}, {"epoch", 1}}, Json::array()}) {
    TinyRouter router;
    router.greeting = nonsense;
    ConsoleClient client;
    client.attach(clientFor(router.url()));
    ASSERT_TRUE(QTest::qWaitFor([&] { return client.link().retry_at > 0; })) << nonsense.dump();
    EXPECT_FALSE(client.link().isUp());
    EXPECT_TRUE(client.link().detail.contains(QStringLiteral("hello"))) << client.link().detail.toStdString();
    EXPECT_EQ(client.link().attempt, 1) << "one attempt is one attempt";
  }
}

TEST(RemoteFaultsTest, membersOfAnotherKindEndTheConnectionAndNotTheProgram) {
  for (const char* text : {R"({"jsonrpc":"2.0","method":5,"params":{}})",
                           R"({"jsonrpc":"2.0","method":"query.progress","params":{"id":1,"count":1,"counting":"yes"}})"}) {
    TinyRouter router;
    ConsoleClient client;
    client.attach(clientFor(router.url()));
    ASSERT_TRUE(QTest::qWaitFor([&] { return client.hello().has_value(); }));
    control::DecisionQuery query;
    query.progress = [](auto, bool) {};
    router.holds = true;
    client.queryDecisions(ticketFor(&client), std::move(query), [](const auto&) {});
    ASSERT_TRUE(QTest::qWaitFor([&] { return !router.asked.is_null(); }));
    Json message = Json::parse(text);
    if (message["params"].contains("id")) message["params"]["id"] = router.asked;
    router.send(message.dump());
    ASSERT_TRUE(QTest::qWaitFor([&] { return client.link().kind == LinkState::Kind::Reconnecting; })) << text;
    EXPECT_TRUE(client.link().detail.contains(QStringLiteral("protocol"))) << client.link().detail.toStdString();
  }
}

TEST(RemoteFaultsTest, doesNotWaitForEverForAServerThatTakesTheConnectionAndSaysNothing) {
  QTcpServer silent;
  ASSERT_TRUE(silent.listen(QHostAddress::LocalHost));
  ConsoleClient client;
  const QUrl url(QStringLiteral("ws://127.0.0.1:%1").arg(silent.serverPort()));
  client.attach(std::make_unique<RemoteClient>(RemoteAddress{url, Secret(), 200}, QString()));
  ASSERT_TRUE(QTest::qWaitFor([&] { return client.link().attempt == 2; }, 10'000));
  EXPECT_TRUE(client.link().detail.contains(QStringLiteral("no answer within 0.2 s"))) << client.link().detail.toStdString();
}

TEST(RemoteFaultsTest, doesNotWaitForEverForHello) {
  TinyRouter router;
  router.mute = true;
  ConsoleClient client;
  client.attach(std::make_unique<RemoteClient>(RemoteAddress{router.url(), Secret(), 300}, QString()));
  ASSERT_TRUE(QTest::qWaitFor([&] { return client.link().retry_at > 0; }));
  EXPECT_EQ(router.greeted, 1);
  EXPECT_TRUE(client.link().detail.contains(QStringLiteral("no answer within"))) << client.link().detail.toStdString();
}

}  // namespace
}  // namespace signalbox::ui
