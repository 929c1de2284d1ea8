// SPDX-License-Identifier: Apache-2.0
#include <QClipboard>
#include <QGuiApplication>
#include <QHostAddress>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTabWidget>
#include <QTableView>
#include <QTcpServer>

#include "models/decision_table_model.h"
#include "pages/proxy/proxy_page.h"
#include "ui/pages/stage.h"

namespace signalbox::ui {
namespace {
using State = EmbeddedRouter::State;

class ProxyPageTest : public testing::PageStage {
 protected:
  bool sees(const char* name) { return find<QWidget>(name).isVisible(); }
  QString snippet() { return qobject_cast<QPlainTextEdit*>(find<QTabWidget>("snippets").currentWidget())->toPlainText(); }
};

TEST_F(ProxyPageTest, aStoppedRouterHasNoAddressToCopyAndCanBeStarted) {
  show<ProxyPage>("proxy", false);
  EXPECT_EQ(text("proxyState"), QStringLiteral("Stopped"));
  EXPECT_FALSE(find<QPushButton>("copyUrl").isEnabled());
  EXPECT_FALSE(find<QPushButton>("sendTest").isEnabled());
  EXPECT_FALSE(sees("proxyPause"));
  EXPECT_EQ(text("bound"), QStringLiteral("not bound"));
  click("proxyStart");
  ASSERT_EQ(embedded.started.size(), 1U);
  EXPECT_EQ(embedded.started[0], settings.get(settings::kProxyPort));
}

TEST_F(ProxyPageTest, scrollsWhereTheWindowIsLowAndCutsNothingOff) {
  auto& shown = show<ProxyPage>("proxy", false);
  shown.resize(760, 300);
  ASSERT_TRUE(soon([&] { return shown.height() == 300; }));
  const auto& state = find<QLabel>("proxyState");
  EXPECT_GE(state.height(), state.minimumSizeHint().height());
  const auto& copy = find<QPushButton>("copyUrl");
  EXPECT_LE(copy.mapTo(&shown, QPoint(copy.width(), 0)).x(), shown.width());
}

TEST_F(ProxyPageTest, aStartingRouterDoesNotSayRunningBeforeItIsBound) {
  embedded.become(State::Starting);
  show<ProxyPage>("proxy", false);
  EXPECT_NE(text("proxyState"), QStringLiteral("Running"));
  EXPECT_FALSE(find<QPushButton>("copyUrl").isEnabled());
  EXPECT_FALSE(sees("proxyStart"));
  embedded.become(State::Running);
  EXPECT_EQ(text("proxyState"), QStringLiteral("Running"));
  EXPECT_EQ(find<QLineEdit>("baseUrl").text(), QStringLiteral("http://127.0.0.1:8787/v1"));
}

TEST_F(ProxyPageTest, aRunningRouterGivesItsAddressButNotItsToken) {
  embedded.become(State::Running);
  show<ProxyPage>("proxy");
  click("copyUrl");
  EXPECT_EQ(QGuiApplication::clipboard()->text(), QStringLiteral("http://127.0.0.1:8787/v1"));
  EXPECT_EQ(text("copied"), QStringLiteral("base URL copied"));
  EXPECT_EQ(text("tokenHint"), QStringLiteral("••••••••4f1e"));
  click("copyToken");
  EXPECT_EQ(embedded.copied, 1);
  EXPECT_TRUE(snippet().contains(QStringLiteral("http://127.0.0.1:8787/v1")));
  click("copySnippet");
  EXPECT_EQ(QGuiApplication::clipboard()->text(), snippet());
  EXPECT_TRUE(text("proxyDetail").contains(QStringLiteral("simulated")));
}

TEST_F(ProxyPageTest, pausesAndRoutesAgain) {
  embedded.become(State::Running);
  show<ProxyPage>("proxy");
  click("proxyPause");
  EXPECT_EQ(embedded.now, State::Paused);
  EXPECT_EQ(text("proxyState"), QStringLiteral("Paused"));
  EXPECT_TRUE(text("proxyDetail").contains(QStringLiteral("last tier")));
  EXPECT_TRUE(find<QPushButton>("copyUrl").isEnabled()) << "it still answers";
  click("proxyPause");
  EXPECT_EQ(embedded.now, State::Running);
}

TEST_F(ProxyPageTest, aTakenPortOffersAnotherThatIsFree) {
  QTcpServer other;
  ASSERT_TRUE(other.listen(QHostAddress::LocalHost, 0));
  settings.set(settings::kProxyPort, static_cast<int>(other.serverPort()));
  embedded.sample = false;
  show<ProxyPage>("proxy", false);
  embedded.become(State::Failed, QStringLiteral("Port %1 is taken by another program.").arg(other.serverPort()));
  EXPECT_EQ(text("proxyState"), QStringLiteral("Not running"));
  EXPECT_TRUE(text("proxyDetail").contains(QStringLiteral("is taken")));
  ASSERT_TRUE(sees("useOtherPort"));
  click("useOtherPort");
  ASSERT_EQ(embedded.started.size(), 1U);
  EXPECT_NE(embedded.started[0], other.serverPort());
  EXPECT_EQ(settings.get(settings::kProxyPort), embedded.started[0]) << "the choice is kept";
}

TEST_F(ProxyPageTest, anotherFailureIsNotBlamedOnThePort) {
  QTcpServer probe;
  ASSERT_TRUE(probe.listen(QHostAddress::LocalHost, 0));
  settings.set(settings::kProxyPort, static_cast<int>(probe.serverPort()));
  probe.close();
  show<ProxyPage>("proxy", false);
  embedded.become(State::Failed, QStringLiteral("signalbox.yaml:3:5: unknown key"));
  EXPECT_FALSE(sees("useOtherPort"));
  EXPECT_TRUE(sees("proxyStart"));
  EXPECT_TRUE(text("proxyDetail").contains(QStringLiteral("signalbox.yaml:3:5")));
}

TEST_F(ProxyPageTest, sendsATestOnceAndShowsWhatItBroughtBack) {
  embedded.become(State::Running);
  show<ProxyPage>("proxy");
  click("sendTest");
  ASSERT_EQ(embedded.sent.size(), 1U);
  EXPECT_FALSE(find<QPushButton>("sendTest").isEnabled()) << "one at a time";
  EmbeddedRouter::TestAnswer answer;
  answer.status = 200;
  answer.headers = {QStringLiteral("x-signalbox-tier: local"), QStringLiteral("x-signalbox-model: small")};
  answer.decisionId = QString::fromStdString(Uuid::v7().string());
  answer.text = QStringLiteral("No, 91 = 7 × 13.");
  answer.milliseconds = 184;
  Q_EMIT embedded.testAnswered(answer);
  EXPECT_EQ(text("testAnswer"), QStringLiteral("“No, 91 = 7 × 13.” from small"));
  EXPECT_TRUE(find<QPlainTextEdit>("testHeaders").toPlainText().startsWith(QStringLiteral("HTTP 200 in 184 ms\nx-signalbox-tier: local")));
  EXPECT_TRUE(find<QPushButton>("sendTest").isEnabled());
  QSignalSpy opened(&selection, &Selection::decisionOpened);
  click("openDecision");
  EXPECT_EQ(opened.count(), 1);
}

TEST_F(ProxyPageTest, doesNotCallNoAnswerAnAnswerOfZero) {
  embedded.become(State::Running);
  show<ProxyPage>("proxy");
  click("sendTest");
  EmbeddedRouter::TestAnswer answer;
  answer.error = QStringLiteral("connection refused");
  Q_EMIT embedded.testAnswered(answer);
  EXPECT_FALSE(find<QPlainTextEdit>("testHeaders").toPlainText().contains(QStringLiteral("HTTP 0")));
}

TEST_F(ProxyPageTest, saysThatItIsNotTheRouterOnTheScreen) {
  show<ProxyPage>("proxy");
  EXPECT_TRUE(text("proxyDetail").contains(QStringLiteral("not lab"))) << text("proxyDetail").toStdString();
  EXPECT_FALSE(snippet().contains(QStringLiteral("127.0.0.1"))) << "nothing answers there";
}

TEST_F(ProxyPageTest, startsOnThePortOfTheConfigurationUntilAnotherIsChosen) {
  show<ProxyPage>("proxy", false);
  EXPECT_EQ(text("proxyPort"), QStringLiteral("as configured"));
  click("proxyStart");
  ASSERT_EQ(embedded.started.size(), 1U);
  EXPECT_EQ(embedded.started[0], 0);
  EXPECT_EQ(text("proxyPort"), QStringLiteral("8787"));
  EXPECT_EQ(settings.get(settings::kProxyPort), 0) << "starting is no choice";
}

TEST_F(ProxyPageTest, saysWhyATestFailed) {
  embedded.become(State::Running);
  show<ProxyPage>("proxy");
  click("sendTest");
  EmbeddedRouter::TestAnswer answer;
  answer.status = 503;
  answer.error = QStringLiteral("no tier answered");
  Q_EMIT embedded.testAnswered(answer);
  EXPECT_EQ(text("testAnswer"), QStringLiteral("no tier answered"));
  EXPECT_FALSE(find<QPushButton>("openDecision").isEnabled());
}

TEST_F(ProxyPageTest, cutsNoColumnOfTheLatestRequestsHoweverNarrow) {
  embedded.become(State::Running);
  commit(5);
  show<ProxyPage>("proxy");
  auto& table = find<QTableView>("latestTable");
  ASSERT_TRUE(soon([&] { return table.model()->rowCount() == 5; }));
  DockContent* dock = docks[0];
  for (const int width : {620, 480, 400, 340, 260}) {
    dock->resize(width, 400);
    int used = 0, shown = 0;
    for (int column = 0; column < DecisionTableModel::ColumnCount; ++column) {
      used += table.isColumnHidden(column) ? 0 : table.columnWidth(column);
      shown += table.isColumnHidden(column) ? 0 : 1;
    }
    EXPECT_LE(used, width) << "at " << width;
    EXPECT_GE(shown, 2) << "at " << width;
  }
}

}  // namespace
}  // namespace signalbox::ui
