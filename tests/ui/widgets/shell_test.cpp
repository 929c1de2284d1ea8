// SPDX-License-Identifier: Apache-2.0
#include "shell/main_window.h"

#include <gtest/gtest.h>

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <csignal>

#include "dialogs/confirm_dialog.h"
#include "settings/settings.h"
#include "shell/context_bar.h"
#include "shell/leave_guard.h"
#include "shell/link_words.h"
#include "theme/metrics.h"
#include "ui/widgets/support.h"
#include "widgets/dock_content.h"
#include "widgets/page.h"

namespace signalbox::ui {
namespace {

class FakePage : public Page {
 public:
  explicit FakePage(QWidget* parent) : Page(parent), dock(new DockContent(QStringLiteral("Decision"), this)) {}
  [[nodiscard]] QString title() const override { return QStringLiteral("Fake"); }
  void activate() override { ++activated; }
  void deactivate() override { ++deactivated; }
  [[nodiscard]] QList<DockContent*> docks() override { return {dock}; }
  [[nodiscard]] QStringList statusParts() const override { return {QStringLiteral("12 requests")}; }
  int activated = 0, deactivated = 0;
  DockContent* dock;
};

class MainWindowTest : public ::testing::Test {
 protected:
  MainWindowTest() : settings(folder.filePath(QStringLiteral("console.ini"))), window(settings, test::appearance()) {
    for (int i = 1; i <= 2; ++i)
      window.addPage({QStringLiteral("page%1").arg(i), QStringLiteral("Page %1").arg(i), QStringLiteral("overview"), i, 0, [this](QWidget* parent) -> Page* {
                        ++made;
                        last = new FakePage(parent);
                        last->dock->setWidthHint(made == 1 ? 480 : 240);
                        return last;
                      }});
  }
  void open() {
    window.show();
    ASSERT_TRUE(QTest::qWaitFor([&] { return !window.currentPage().isEmpty(); }, 3000));
  }
  QTemporaryDir folder;
  Settings settings;
  MainWindow window;
  int made = 0;
  FakePage* last = nullptr;
};

TEST_F(MainWindowTest, makesNoPageBeforeTheFirstPaint) {
  QSignalSpy painted(&window, &MainWindow::firstPainted);
  window.showPage(QStringLiteral("page2"));
  EXPECT_EQ(made, 0);
  open();
  EXPECT_EQ(painted.count(), 1);
  EXPECT_EQ(made, 1);
  EXPECT_EQ(window.currentPage(), QStringLiteral("page2"));
}

TEST_F(MainWindowTest, makesAPageOnceAndTellsItWhenItComesAndGoes) {
  open();
  FakePage* first = last;
  window.showPage(QStringLiteral("page2"));
  window.showPage(QStringLiteral("page1"));
  EXPECT_EQ(made, 2);
  EXPECT_EQ(first->activated, 2);
  EXPECT_EQ(first->deactivated, 1);
}

TEST_F(MainWindowTest, showsOnlyTheDocksOfTheVisiblePage) {
  open();
  FakePage* first = last;
  EXPECT_TRUE(first->dock->isVisible());
  window.showPage(QStringLiteral("page2"));
  EXPECT_FALSE(first->dock->isVisible());
  EXPECT_TRUE(last->dock->isVisible());
}

TEST_F(MainWindowTest, givesEveryDockItsOwnWidthBack) {
  open();
  window.resize(1400, 800);
  FakePage* first = last;
  window.showPage(QStringLiteral("page2"));
  FakePage* second = last;
  window.showPage(QStringLiteral("page1"));
  QApplication::processEvents();
  ASSERT_GE(first->dock->width(), 440);
  window.showPage(QStringLiteral("page2"));
  QApplication::processEvents();
  EXPECT_LE(second->dock->width(), 300) << "the page before had a wider one";
  window.showPage(QStringLiteral("page1"));
  QApplication::processEvents();
  EXPECT_GE(first->dock->width(), 440);
}

TEST_F(MainWindowTest, keepsADockClosedThatAPersonClosed) {
  open();
  FakePage* first = last;
  auto* dock = qobject_cast<QDockWidget*>(first->dock->parentWidget());
  ASSERT_NE(dock, nullptr);
  dock->close();
  window.showPage(QStringLiteral("page2"));
  window.showPage(QStringLiteral("page1"));
  EXPECT_FALSE(first->dock->isVisible());
  Q_EMIT first->dockRequested(first->dock);
  EXPECT_TRUE(first->dock->isVisible());
}

TEST_F(MainWindowTest, foldsTheRailWhenNarrowAndUnfoldsItAgain) {
  open();
  auto* rail = window.findChild<Rail*>();
  window.resize(1400, 800);
  QApplication::processEvents();
  EXPECT_FALSE(rail->isFolded());
  window.resize(1000, 600);
  QApplication::processEvents();
  EXPECT_TRUE(rail->isFolded());
  window.resize(1400, 800);
  QApplication::processEvents();
  EXPECT_FALSE(rail->isFolded());
}

TEST_F(MainWindowTest, givesUpTheSpanBeforeCaptionsAndNeverTheRouter) {
  open();
  ContextBar& bar = window.contextBar();
  bar.setRouters({{QStringLiteral("a"), QStringLiteral("prod / eu-1")}}, QStringLiteral("a"));
  bar.setRange(QStringLiteral("Last 24 h"), QStringLiteral("Wed 18 Nov 14:30 – Thu 19 Nov 14:30"), false);
  bar.setLink(StateMark::Ok, QStringLiteral("Live"), QStringLiteral("last event 0.8 s ago"));
  bar.setRole(QStringLiteral("tuner"));
  bar.resize(700, bar.height());
  QApplication::processEvents();
  auto* router = bar.findChild<QWidget*>(QStringLiteral("context.router"));
  EXPECT_TRUE(router->isVisible());
  EXPECT_LE(bar.minimumSizeHint().width(), 920);
}

TEST_F(MainWindowTest, thePauseButtonSaysThatItIsRoutingAndShowsWhatIsNotWhatWasAsked) {
  open();
  ContextBar& bar = window.contextBar();
  auto* pause = bar.findChild<QToolButton*>(QStringLiteral("context.pause"));
  EXPECT_TRUE(pause->accessibleName().contains(QStringLiteral("routing"))) << pause->accessibleName().toStdString();
  EXPECT_TRUE(pause->toolTip().contains(QStringLiteral("last tier")));
  QSignalSpy asked(&bar, &ContextBar::pauseRequested);
  pause->click();
  ASSERT_EQ(asked.count(), 1);
  EXPECT_TRUE(asked.front().front().toBool());
  EXPECT_FALSE(pause->isChecked());
  bar.setPaused(true);
  EXPECT_TRUE(pause->isChecked());
  EXPECT_TRUE(pause->accessibleName().contains(QStringLiteral("routing")));
}

TEST(LinkWords, pausedRoutingIsAWarningAndNoTick) {
  LinkFacts facts;
  facts.link.kind = LinkState::Kind::Embedded;
  facts.link.here = true;
  EXPECT_EQ(linkWords(facts).mark, StateMark::Ok);
  facts.paused = true;
  EXPECT_EQ(linkWords(facts).mark, StateMark::Warn);
  EXPECT_TRUE(linkWords(facts).state.contains(QStringLiteral("paused")));
}

TEST(LinkWords, aServerThatIsNoRouterIsNotCalledStopped) {
  LinkFacts facts;
  facts.link.kind = LinkState::Kind::Down;
  EXPECT_FALSE(linkWords(facts).state.contains(QStringLiteral("Stopped")));
  facts.link.here = true;
  EXPECT_EQ(linkWords(facts).state, QStringLiteral("Stopped"));
}

TEST_F(MainWindowTest, keepsItsPlaceAndPageForTheNextTime) {
  open();
  window.showPage(QStringLiteral("page2"));
  window.close();
  const Settings again(settings.path());
  EXPECT_EQ(again.get(settings::kLastPage), QStringLiteral("page2"));
  EXPECT_FALSE(again.get(settings::kWindowGeometry).isEmpty());
}

TEST_F(MainWindowTest, staysOpenWhenItMayNotClose) {
  open();
  window.setCloseGuard([] { return false; });
  EXPECT_FALSE(window.close());
  EXPECT_TRUE(window.isVisible());
}

TEST_F(MainWindowTest, printsTheTimeToTheFirstPaintAndOfAPageSwitch) {
  QElapsedTimer clock;
  clock.start();
  QSignalSpy painted(&window, &MainWindow::firstPainted);
  window.show();
  ASSERT_TRUE(QTest::qWaitFor([&] { return painted.count() == 1; }, 3000));
  std::printf("frame shown and painted: %.1f ms\n", double(clock.nsecsElapsed()) / 1e6);
  window.showPage(QStringLiteral("page2"));
  clock.start();
  window.showPage(QStringLiteral("page1"));
  window.repaint();
  std::printf("page switch of the frame alone: %.1f ms\n", double(clock.nsecsElapsed()) / 1e6);
  EXPECT_EQ(window.currentPage(), QStringLiteral("page1"));
}

TEST(LeaveGuardTest, turnsSignalsIntoOneOnTheGuiThread) {
  LeaveGuard guard;
  QSignalSpy asked(&guard, &LeaveGuard::leaveRequested);
  std::raise(SIGTERM);
  ASSERT_TRUE(QTest::qWaitFor([&] { return asked.count() == 1; }, 3000));
  std::raise(SIGINT);
  ASSERT_TRUE(QTest::qWaitFor([&] { return asked.count() == 2; }, 3000));
}

TEST(ConfirmDialogTest, showsEightLinesOfItsDifferencesAndCutsNoWord) {
  ConfirmRequest request;
  request.effect = QStringLiteral("Make 1 change live"), request.verb = QStringLiteral("Make live"), request.askReason = true;
  for (int i = 0; i < 20; ++i) request.diff.push_back({DiffLine::Kind::Added, i + 1, QString(120, QLatin1Char('x'))});
  ConfirmDialog dialog(request);
  dialog.show();
  auto* diff = dialog.findChild<DiffView*>();
  EXPECT_GE(diff->viewport()->height(), 8 * metricsOf(&dialog).h);
  EXPECT_GE(dialog.width(), 150 * metricsOf(&dialog).u);
  dialog.setProblem(QStringLiteral("A guardrail refuses: %1").arg(QStringLiteral("the largest step would be loosened ").repeated(12)));
  QApplication::processEvents();
  const auto* problem = dialog.findChild<QLabel*>(QStringLiteral("confirm.problem"));
  EXPECT_GE(problem->height(), problem->heightForWidth(problem->width())) << "all of it can be read";
  EXPECT_GE(diff->viewport()->height(), 8 * metricsOf(&dialog).h) << "and the differences keep their room";
}

TEST(ConfirmDialogTest, waitsForAReasonAndDefaultsToCancel) {
  ConfirmRequest request;
  request.effect = QStringLiteral("Apply past the guardrail"), request.verb = QStringLiteral("Apply"), request.reasonAtLeast = 10;
  ConfirmDialog dialog(request);
  auto* verb = dialog.findChild<QPushButton*>(QStringLiteral("confirm.verb"));
  auto* cancel = dialog.findChild<QPushButton*>(QStringLiteral("confirm.cancel"));
  auto* reason = dialog.findChild<QLineEdit*>(QStringLiteral("confirm.reason"));
  EXPECT_TRUE(cancel->isDefault());
  EXPECT_FALSE(verb->isEnabled());
  reason->setText(QStringLiteral("too short"));
  EXPECT_FALSE(verb->isEnabled());
  reason->setText(QStringLiteral("costs agreed with finance"));
  EXPECT_TRUE(verb->isEnabled());
  EXPECT_EQ(dialog.windowTitle(), request.effect);
  EXPECT_EQ(dialog.reason(), QStringLiteral("costs agreed with finance"));
}

}  // namespace
}  // namespace signalbox::ui
