// SPDX-License-Identifier: Apache-2.0
#include "pages/routers/attach_dialog.h"

#include <gtest/gtest.h>

#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

namespace signalbox::ui {
namespace {

TEST(AttachDialogTest, aTestThatIsStillOutSaysNothingOfTheAddressTypedSince) {
  QTcpServer server;
  ASSERT_TRUE(server.listen(QHostAddress::LocalHost));
  QPointer<QTcpSocket> socket;
  bool ended = false;
  QObject::connect(&server, &QTcpServer::newConnection, &server, [&] {
    socket = server.nextPendingConnection();
    QObject::connect(socket, &QTcpSocket::disconnected, &server, [&] { ended = true; });
  });
  AttachDialog dialog(QUrl(QStringLiteral("ws://127.0.0.1:%1").arg(server.serverPort())));
  for (QPushButton* button : dialog.findChildren<QPushButton*>()) {
    if (button->text() == QStringLiteral("Test")) button->click();
  }
  auto* result = dialog.findChild<QLabel*>(QStringLiteral("attachResult"));
  ASSERT_NE(result, nullptr);
  ASSERT_TRUE(QTest::qWaitFor([&] { return !socket.isNull(); }));
  dialog.findChild<QLineEdit*>(QStringLiteral("attachUrl"))->setText(QStringLiteral("wss://router.example:8788"));
  EXPECT_TRUE(result->text().isEmpty());
  EXPECT_TRUE(QTest::qWaitFor([&] { return ended; })) << "the trial of the address before goes on";
  EXPECT_TRUE(result->text().isEmpty()) << result->text().toStdString();
}

}  // namespace
}  // namespace signalbox::ui
