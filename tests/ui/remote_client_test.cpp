// SPDX-License-Identifier: Apache-2.0
#include "bridge/remote_client.h"

#include <gtest/gtest.h>

#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include "bridge/feeds.h"
#include "ui/tiny_router.h"

namespace signalbox::ui {
namespace {
using testing::clientFor;
using testing::TinyRouter;

TEST(RemoteClientTest, bringsItsTokenInTheUpgradeAndIsLiveAfterHello) {
  TinyRouter router;
  ConsoleClient client;
  client.attach(clientFor(router.url()));
  ASSERT_TRUE(QTest::qWaitFor([&] { return client.hello().has_value(); }));
  EXPECT_EQ(router.authorization, "Bearer sbx-test-token-0001");
  EXPECT_EQ(client.link().kind, LinkState::Kind::Live);
  EXPECT_FALSE(client.link().plain);
  EXPECT_EQ(client.routerName(), QStringLiteral("tiny"));
  EXPECT_TRUE(client.may(domain::Role::Tuner));
  EXPECT_FALSE(client.may(domain::Role::Admin));
}

TEST(RemoteClientTest, hearsACountThatComesAfterItsPage) {
  TinyRouter router;
  ConsoleClient client;
  client.attach(clientFor(router.url()));
  ASSERT_TRUE(QTest::qWaitFor([&] { return client.hello().has_value(); }));
  std::optional<control::DecisionPage> page;
  std::atomic<std::int64_t> counted{0};
  std::atomic<bool> counting{true};
  control::DecisionQuery query;
  query.progress = [&](std::optional<std::int64_t> n, bool more) { counted = n.value_or(-1), counting = more; };
  client.queryDecisions(ticketFor(&client), std::move(query), [&](const Result<control::DecisionPage>& answer) {
    if (answer) page = *answer;
  });
  ASSERT_TRUE(QTest::qWaitFor([&] { return page.has_value(); }));
  EXPECT_TRUE(page->counting);
  router.send(control::notificationText("query.progress", {{"id", router.asked}, {"count", 200'000}, {"counting", true}}));
  router.send(control::notificationText("query.progress", {{"id", 999'999}, {"count", 1}, {"counting", false}}));
  ASSERT_TRUE(QTest::qWaitFor([&] { return counted == 200'000; }));
  EXPECT_TRUE(counting);
  router.send(control::notificationText("query.progress", {{"id", router.asked}, {"count", 371'204}, {"counting", false}}));
  ASSERT_TRUE(QTest::qWaitFor([&] { return !counting; }));
  EXPECT_EQ(counted, 371'204);
}

TEST(RemoteClientTest, callsAQuestionOffThatNobodyWaitsForAnyMore) {
  TinyRouter router;
  router.holds = true;
  ConsoleClient client;
  client.attach(clientFor(router.url()));
  ASSERT_TRUE(QTest::qWaitFor([&] { return client.hello().has_value(); }));
  CallOff off;
  control::DecisionQuery query;
  query.cancel = off.next();
  client.queryDecisions(ticketFor(&client), std::move(query), [](const auto&) {});
  ASSERT_TRUE(QTest::qWaitFor([&] { return !router.asked.is_null(); }));
  off.cancel();
  ASSERT_TRUE(QTest::qWaitFor([&] { return router.cancelled.size() == 1; }));
  EXPECT_EQ(router.cancelled[0]["id"], router.asked);
}

TEST(RemoteClientTest, keepsFeedsOfDifferentKindsApart) {
  TinyRouter router;
  ConsoleClient client;
  client.attach(clientFor(router.url()));
  ASSERT_TRUE(QTest::qWaitFor([&] { return client.status().has_value() && client.policy().has_value(); }));
  EXPECT_EQ(client.status()->journal.rows, 17);
  EXPECT_EQ(client.policy()->live, 42);
}

TEST(RemoteClientTest, takesAFeedUpAgainAfterADropWhereItEnded) {
  auto router = std::make_unique<TinyRouter>();
  const quint16 port = router->port();
  ConsoleClient client;
  client.attach(clientFor(router->url()));
  DecisionTail tail(client);
  std::vector<std::int64_t> seqs;
  QObject::connect(&tail, &DecisionTail::arrived, &client, [&](const control::DecisionBatch& batch) {
    for (const auto& item : batch.items) seqs.push_back(item.seq);
  });
  int sessions = 0;
  QObject::connect(&client, &ConsoleClient::sessionChanged, &tail, [&] { ++sessions; });
  tail.start({});
  ASSERT_TRUE(QTest::qWaitFor([&] { return router->subscribed.size() == 1; }));
  router->commit(41);
  ASSERT_TRUE(QTest::qWaitFor([&] { return seqs.size() == 1; }));
  const int before = sessions;

  router = nullptr;
  ASSERT_TRUE(QTest::qWaitFor([&] { return client.link().kind == LinkState::Kind::Reconnecting; }));
  EXPECT_TRUE(client.hello().has_value());
  router = std::make_unique<TinyRouter>(port);
  ASSERT_TRUE(QTest::qWaitFor([&] { return router->subscribed.size() == 1; }, 10'000));
  EXPECT_EQ(router->subscribed[0].value("last", std::int64_t{0}), 41);
  router->commit(42);
  ASSERT_TRUE(QTest::qWaitFor([&] { return seqs.size() == 2; }));
  EXPECT_EQ(seqs, (std::vector<std::int64_t>{41, 42}));
  EXPECT_EQ(sessions, before);
}

TEST(RemoteClientTest, beginsAnewWhenTheRouterIsAnotherThanBefore) {
  auto router = std::make_unique<TinyRouter>();
  const quint16 port = router->port();
  ConsoleClient client;
  client.attach(clientFor(router->url()));
  DecisionTail tail(client);
  tail.start({});
  ASSERT_TRUE(QTest::qWaitFor([&] { return router->subscribed.size() == 1; }));
  router->commit(41);
  router = nullptr;
  router = std::make_unique<TinyRouter>(port);
  router->epoch = "e2";
  ASSERT_TRUE(QTest::qWaitFor([&] { return router->subscribed.size() == 1; }, 10'000));
  EXPECT_FALSE(router->subscribed[0].contains("last"));
}

TEST(RemoteClientTest, handsOnWhatTheRouterRefuses) {
  TinyRouter router;
  ConsoleClient client;
  client.attach(clientFor(router.url()));
  ASSERT_TRUE(QTest::qWaitFor([&] { return client.hello().has_value(); }));
  std::optional<Error> error;
  client.applyPolicy(ticketFor(&client), {}, [&](const Result<control::PolicyApplied>& applied) { error = applied.error(); });
  ASSERT_TRUE(QTest::qWaitFor([&] { return error.has_value(); }));
  EXPECT_EQ(error->code, ErrorCode::Conflict);
  EXPECT_NE(error->detail.find("8"), std::string::npos);
}

TEST(RemoteClientTest, stopsAndAsksWhenTheTokenIsRefused) {
  QTcpServer server;
  ASSERT_TRUE(server.listen(QHostAddress::LocalHost));
  int connections = 0, ended = 0;
  QObject::connect(&server, &QTcpServer::newConnection, &server, [&] {
    ++connections;
    QTcpSocket* socket = server.nextPendingConnection();
    QObject::connect(socket, &QTcpSocket::disconnected, socket, [&ended] { ++ended; });
    QObject::connect(socket, &QTcpSocket::readyRead, socket, [socket] {
      socket->write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      socket->disconnectFromHost();
    });
  });
  ConsoleClient client;
  client.attach(clientFor(QUrl(QStringLiteral("ws://127.0.0.1:%1").arg(server.serverPort()))));
  ASSERT_TRUE(QTest::qWaitFor([&] { return client.link().kind == LinkState::Kind::AuthFailed; }));
  ASSERT_TRUE(QTest::qWaitFor([&] { return ended == 1; }));
  QCoreApplication::processEvents();
  EXPECT_EQ(client.link().kind, LinkState::Kind::AuthFailed) << "also when the connection has ended";
  EXPECT_EQ(client.link().retry_at, 0) << "nothing waits to be tried again";
  EXPECT_EQ(connections, 1);
}

TEST(RemoteClientTest, saysWhyNobodyAnswered) {
  QTcpServer server;
  ASSERT_TRUE(server.listen(QHostAddress::LocalHost));
  const quint16 port = server.serverPort();
  server.close();
  ConsoleClient client;
  client.attach(clientFor(QUrl(QStringLiteral("ws://127.0.0.1:%1").arg(port))));
  ASSERT_TRUE(QTest::qWaitFor([&] { return client.link().retry_at != 0; }));
  EXPECT_TRUE(client.link().detail.contains(QStringLiteral("refused"), Qt::CaseInsensitive)) << client.link().detail.toStdString();
}

TEST(RemoteClientTest, answersQuestionsAskedWhileDownAtOnce) {
  TinyRouter router;
  ConsoleClient client;
  client.attach(clientFor(router.url()));
  ASSERT_TRUE(QTest::qWaitFor([&] { return client.hello().has_value(); }));
  router.drop();
  ASSERT_TRUE(QTest::qWaitFor([&] { return !client.link().isUp(); }));
  std::optional<ErrorCode> code;
  client.queryDecisions(ticketFor(&client), {}, [&](const auto& page) { code = page.error().code; });
  ASSERT_TRUE(QTest::qWaitFor([&] { return code.has_value(); }, 500));
  EXPECT_EQ(*code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace signalbox::ui
