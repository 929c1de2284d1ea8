// SPDX-License-Identifier: Apache-2.0
#include "console/window_wiring.h"

#include <gtest/gtest.h>

#include <QDialog>
#include <QFile>
#include <QLabel>
#include <QToolButton>

#include "console/settings_watch.h"
#include "shell/context_bar.h"
#include "shell/status_line.h"
#include "ui/pages/stage.h"
#include "ui/widgets/support.h"

namespace signalbox::app {
namespace {
using namespace ui;
using ui::testing::FakeLink;
using ui::testing::FakeRouter;

class WindowWiringTest : public ::testing::Test {
 protected:
  void SetUp() override {
    window.show();
    router->commit(router->make(wallNow()));
  }
  template <class Condition>
  static bool soon(Condition condition) {
    return QTest::qWaitFor(condition, 5000);
  }
  // Every word that the context bar shows.
  QString bar() {
    QStringList all;
    for (const QLabel* label : window.contextBar().findChildren<QLabel*>()) {
      if (label->isVisibleTo(&window.contextBar())) all.append(label->text());
    }
    for (const QWidget* widget : window.contextBar().findChildren<QWidget*>()) {
      if (widget->isVisibleTo(&window.contextBar())) all.append(widget->accessibleName());
    }
    return all.join(QLatin1Char('\n'));
  }
  QString status() { return window.statusLine().accessibleName(); }

  QTemporaryDir folder;
  Settings settings{folder.filePath(QStringLiteral("console.ini"))};
  ui::testing::FakeEmbedded embedded;
  std::shared_ptr<FakeRouter> router = std::make_shared<FakeRouter>();
  Selection selection;
  ConsoleClient client;
  MainWindow window{settings, test::appearance()};
  WindowWiring wiring{window, client, selection, settings, embedded};
};

TEST_F(WindowWiringTest, showsWhoseNumbersTheseAreAndNoneOfTheRouterBefore) {
  client.attach(std::make_unique<FakeLink>(router));
  ASSERT_TRUE(soon([&] { return bar().contains(QStringLiteral("Sample, simulated traffic")) && status().contains(QStringLiteral("Store")); }))
      << bar().toStdString() << status().toStdString();
  EXPECT_TRUE(bar().contains(QStringLiteral("admin"))) << bar().toStdString();
  EXPECT_TRUE(bar().contains(QStringLiteral("Live"))) << bar().toStdString();
  EXPECT_TRUE(status().contains(QStringLiteral("r1"))) << status().toStdString();
  client.attach(std::make_unique<FakeLink>(nullptr, QStringLiteral("dead one")));
  EXPECT_FALSE(status().contains(QStringLiteral("Store"))) << status().toStdString();
  EXPECT_FALSE(status().contains(QStringLiteral("r1"))) << status().toStdString();
  EXPECT_FALSE(bar().contains(QStringLiteral("Sample"))) << bar().toStdString();
  EXPECT_FALSE(bar().contains(QStringLiteral("admin"))) << bar().toStdString();
  EXPECT_TRUE(bar().contains(QStringLiteral("Connecting"))) << bar().toStdString();
}

TEST_F(WindowWiringTest, saysThatTheRouterIsAway) {
  auto made = std::make_unique<FakeLink>(router);
  FakeLink* link = made.get();
  client.attach(std::move(made));
  ASSERT_TRUE(soon([&] { return client.hello().has_value(); }));
  link->setState(LinkState::Kind::Reconnecting, QStringLiteral("connection refused"));
  EXPECT_TRUE(bar().contains(QStringLiteral("Reconnecting"))) << bar().toStdString();
  EXPECT_TRUE(bar().contains(QStringLiteral("old"))) << bar().toStdString();
  link->setState(LinkState::Kind::AuthFailed);
  EXPECT_TRUE(bar().contains(QStringLiteral("Token refused"))) << bar().toStdString();
}

TEST_F(WindowWiringTest, pausesRoutingOnlyAfterAQuestionAndWarnsWhileItIs) {
  embedded.become(EmbeddedRouter::State::Running);
  auto made = std::make_unique<FakeLink>(router);
  FakeLink* link = made.get();
  client.attach(std::move(made));
  link->beHere();
  auto* pause = window.contextBar().findChild<QToolButton*>(QStringLiteral("context.pause"));
  pause->click();
  EXPECT_EQ(embedded.now, EmbeddedRouter::State::Running) << "one click changes nothing";
  auto* question = window.findChild<QDialog*>(QStringLiteral("dialog.confirm"));
  ASSERT_NE(question, nullptr);
  question->accept();
  EXPECT_EQ(embedded.now, EmbeddedRouter::State::Paused);
  EXPECT_TRUE(bar().contains(QStringLiteral("Routing paused"))) << bar().toStdString();
  pause->click();
  EXPECT_EQ(embedded.now, EmbeddedRouter::State::Running) << "back is the safe direction";
}

TEST_F(WindowWiringTest, saysThatSettingsWereBrokenAndWhereTheyAre) {
  const QString path = folder.filePath(QStringLiteral("torn.ini"));
  QFile file(path);
  ASSERT_TRUE(file.open(QIODevice::WriteOnly));
  file.write(QByteArray("[window]\0rubbish", 16));
  file.close();
  Settings torn(path);
  const SettingsWatch watch(window, torn);
  const Banner& banner = window.banner(QStringLiteral("brokenSettings"));
  EXPECT_TRUE(banner.isVisibleTo(&window));
  EXPECT_TRUE(banner.accessibleName().contains(torn.brokenCopy())) << banner.accessibleName().toStdString();
}

TEST_F(WindowWiringTest, keepsTheChosenRangeForTheNextRun) {
  Q_EMIT window.contextBar().rangeChosen(QStringLiteral("0"));
  EXPECT_EQ(selection.range().id(), presetRanges()[0].id());
  EXPECT_EQ(settings.get(settings::kRange), presetRanges()[0].id());
}

}  // namespace
}  // namespace signalbox::app
