// SPDX-License-Identifier: Apache-2.0
// The router of this process with a real engine, on ports that were free a moment before.
#include "console/local_router.h"

#include <gtest/gtest.h>

#include <QFile>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

namespace signalbox::app {
namespace {
using State = ui::EmbeddedRouter::State;

quint16 freePort() {
  QTcpServer server;
  EXPECT_TRUE(server.listen(QHostAddress::LocalHost));
  return server.serverPort();
}

class LocalRouterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    qputenv("XDG_STATE_HOME", folder.filePath(QStringLiteral("state")).toUtf8());
    port = freePort();
    write("policy.yaml", "workloads:\n  - name: all\n    route: { strategy: fixed, tier: local }\n");
    write("signalbox.yaml", QStringLiteral("version: 1\nname: lab\n"
                                           "listen: { address: 127.0.0.1, port: %1 }\n"
                                           "control: { address: 127.0.0.1, port: %2 }\n"
                                           "workers: 1\nstore: { kind: sqlite, path: signalbox.db }\n"
                                           "upstreams:\n"
                                           "  - name: sim\n    api: openai\n    base_url: http://127.0.0.1:%3\n    models: [ { id: small } ]\n"
                                           "tiers:\n  - { name: local, deployments: [sim/small], timeout: 1s }\n"
                                           "policy: policy.yaml\n")
                                .arg(port)
                                .arg(freePort())
                                .arg(freePort())
                                .toUtf8());
  }
  void write(const char* name, const QByteArray& text) {
    QFile file(folder.filePath(QLatin1String(name)));
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write(text);
  }
  [[nodiscard]] std::unique_ptr<LocalRouter> router() const {
    return std::make_unique<LocalRouter>(folder.filePath(QStringLiteral("signalbox.yaml")).toStdString(), false);
  }
  static bool becomes(const LocalRouter& router, State state) {
    return QTest::qWaitFor([&] { return router.state() == state; }, 20'000);
  }
  QTemporaryDir folder;
  quint16 port = 0;
};

TEST_F(LocalRouterTest, listensWhereItsConfigurationSaysAndAnswersThere) {
  const auto run = router();
  run->start(0);
  EXPECT_EQ(run->state(), State::Starting) << "the window does not wait";
  ASSERT_TRUE(becomes(*run, State::Running)) << run->error().toStdString();
  EXPECT_EQ(run->port(), port);
  EXPECT_EQ(run->baseUrl(), QStringLiteral("http://127.0.0.1:%1/v1").arg(port));
  EXPECT_NE(run->service(), nullptr);
  QTcpSocket socket;
  socket.connectToHost(QHostAddress::LocalHost, port);
  EXPECT_TRUE(QTest::qWaitFor([&] { return socket.state() == QAbstractSocket::ConnectedState; }));
  run->setPaused(true);
  EXPECT_EQ(run->state(), State::Paused);
  run->setPaused(false);
  run->stop();
  EXPECT_EQ(run->state(), State::Stopped);
  EXPECT_EQ(run->service(), nullptr);
  EXPECT_TRUE(run->baseUrl().isEmpty());
}

TEST_F(LocalRouterTest, namesATakenPortAndStartsOnAnother) {
  QTcpServer taken;
  ASSERT_TRUE(taken.listen(QHostAddress::LocalHost, port));
  const auto run = router();
  run->start(0);
  ASSERT_TRUE(becomes(*run, State::Failed));
  EXPECT_TRUE(run->error().contains(QString::number(port))) << run->error().toStdString();
  EXPECT_EQ(run->port(), port) << "the one that was tried, so that another can be offered";
  const quint16 other = freePort();
  run->start(other);
  ASSERT_TRUE(becomes(*run, State::Running)) << run->error().toStdString();
  EXPECT_EQ(run->port(), other);
}

TEST_F(LocalRouterTest, saysWhatIsWrongWithItsConfiguration) {
  write("policy.yaml", "workloads:\n  - name: all\n    rout: { strategy: fixed }\n");
  const auto run = router();
  run->start(0);
  ASSERT_TRUE(becomes(*run, State::Failed));
  EXPECT_TRUE(run->error().contains(QStringLiteral("policy.yaml:3"))) << run->error().toStdString();
}

TEST_F(LocalRouterTest, startsAgainAfterAStop) {
  const auto run = router();
  run->start(0);
  ASSERT_TRUE(becomes(*run, State::Running));
  run->stop();
  run->start(0);
  ASSERT_TRUE(becomes(*run, State::Running)) << run->error().toStdString();
  EXPECT_EQ(run->port(), port);
}

TEST_F(LocalRouterTest, canBeStoppedWhileItStarts) {
  const auto run = router();
  QList<State> seen;
  QObject::connect(run.get(), &ui::EmbeddedRouter::stateChanged, run.get(), [&](State state) { seen.append(state); });
  run->start(0);
  ASSERT_EQ(run->state(), State::Starting);
  run->stop();
  ASSERT_TRUE(becomes(*run, State::Stopped));
  EXPECT_FALSE(seen.contains(State::Running));
  run->start(0);
  ASSERT_TRUE(becomes(*run, State::Running)) << "a stop holds once: " << run->error().toStdString();
}

TEST_F(LocalRouterTest, canBeLeftWhileItStarts) {
  auto run = router();
  run->start(0);
  ASSERT_EQ(run->state(), State::Starting);
  run.reset();
  QCoreApplication::processEvents();  // what the start still had to tell finds nobody
  QTcpServer again;
  EXPECT_TRUE(QTest::qWaitFor([&] { return again.isListening() || again.listen(QHostAddress::LocalHost, port); })) << "the port is free again";
}

}  // namespace
}  // namespace signalbox::app
