// SPDX-License-Identifier: Apache-2.0
#include <QClipboard>
#include <QDockWidget>
#include <QGuiApplication>
#include <QLineEdit>
#include <QMainWindow>
#include <QScrollBar>
#include <QTableView>

#include "models/decision_table_model.h"
#include "pages/decisions/decisions_page.h"
#include "ui/pages/stage.h"
#include "widgets/time_series_view.h"

namespace signalbox::ui {
namespace {
using testing::kSecond;

class DecisionsPageTest : public testing::PageStage {
 protected:
  QTableView& table() { return find<QTableView>("decisionTable"); }
  int rows() { return table().model()->rowCount(); }
  QString cell(int row, int column) { return table().model()->index(row, column).data().toString(); }
  // The one that stands instead of the table, not the dock's.
  EmptyState* emptyOfPage() {
    for (EmptyState* state : page->findChildren<EmptyState*>()) {
      if (state->isVisible()) return state;
    }
    return nullptr;
  }
  void chooseRow(int row) { table().setCurrentIndex(table().model()->index(row, 0)); }
};

TEST_F(DecisionsPageTest, saysThatItAsksThenShowsTheNewestFirst) {
  router->holds = true;
  commit(5);
  show<DecisionsPage>("decisions");
  ASSERT_NE(emptyOfPage(), nullptr);
  EXPECT_TRUE(words(*emptyOfPage()).contains(QStringLiteral("Asking")));
  router->holds = false;
  router->letGo();
  ASSERT_TRUE(soon([&] { return rows() == 5; }));
  EXPECT_TRUE(table().isVisible());
  EXPECT_EQ(cell(0, 1), QStringLiteral("tickets"));
  EXPECT_EQ(cell(0, 4), QStringLiteral("local"));
}

TEST_F(DecisionsPageTest, offersACommandWhereNothingWasRouted) {
  show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return emptyOfPage() && words(*emptyOfPage()).contains(QStringLiteral("No requests yet")); }));
  EXPECT_TRUE(words(*emptyOfPage()).contains(QStringLiteral("/v1/chat/completions")));
  EXPECT_FALSE(table().isVisible());
}

TEST_F(DecisionsPageTest, fetchesFurtherPagesAsItScrollsAndCountsThemAll) {
  commit(450);
  show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return rows() == 200; }));
  EXPECT_TRUE(words(*page).contains(QStringLiteral("450 match · counted")));
  ASSERT_TRUE(soon([&] {
    table().scrollToBottom();
    return rows() == 450;
  }));
  EXPECT_FALSE(table().model()->canFetchMore({}));
}

TEST_F(DecisionsPageTest, filtersByWhatIsTypedAndSaysWhatItDidNotUnderstand) {
  commit(30);
  commit(10, "mid");
  show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return rows() == 40; }));
  auto& edit = find<QLineEdit>("filterEdit");
  edit.setFocus();
  QTest::keyClicks(&edit, QStringLiteral("final_tier:mid"));
  QTest::keyClick(&edit, Qt::Key_Return);
  ASSERT_TRUE(soon([&] { return rows() == 10; }));
  EXPECT_TRUE(edit.text().isEmpty());
  QTest::keyClick(&edit, Qt::Key_Backspace);
  ASSERT_TRUE(soon([&] { return rows() == 40; }));
  QTest::keyClicks(&edit, QStringLiteral("cost>much"));
  QTest::keyClick(&edit, Qt::Key_Return);
  EXPECT_EQ(edit.text(), QStringLiteral("cost>much")) << "what was not understood stays to be mended";
  EXPECT_TRUE(selection.filter().all.empty());
}

TEST_F(DecisionsPageTest, namesTheFilterThatLetsNothingThroughAndClearsIt) {
  commit(10);
  selection.addCondition({"final_tier", domain::Condition::Op::AnyOf, {"frontier"}});
  show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return emptyOfPage() && words(*emptyOfPage()).contains(QStringLiteral("Nothing matches")); }));
  EXPECT_TRUE(words(*emptyOfPage()).contains(QStringLiteral("frontier")));
  click(*emptyOfPage(), "empty.clear");
  ASSERT_TRUE(soon([&] { return rows() == 10; }));
}

TEST_F(DecisionsPageTest, drawsTheChosenDecisionInItsDock) {
  commit(5);
  commit(1, "mid");
  show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return rows() == 6; }));
  QSignalSpy asked(page.get(), &Page::dockRequested);
  chooseRow(0);
  EXPECT_EQ(asked.count(), 1);
  ASSERT_TRUE(soon([&] { return text("decisionId") == QString::fromStdString(router->decisions.back().decision.id.string()); }));
  EXPECT_EQ(docks[0]->note(), QStringLiteral("1 of 6 in window"));
  EXPECT_TRUE(words(*docks[0]).contains(QStringLiteral("The way of this request")));
  ASSERT_TRUE(soon([&] { return text("textNote") == QStringLiteral("Not kept: the policy of tickets stores no text."); }));
}

TEST_F(DecisionsPageTest, saysWhatThePolicySaysAboutTexts) {
  Json policy = testing::samplePolicy();
  policy["workloads"][0]["keep-text"] = "30d";
  router->addRevision(policy, true);
  commit(1);
  show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return rows() == 1; }));
  chooseRow(0);
  ASSERT_TRUE(soon([&] { return text("textNote").contains(QStringLiteral("30d")); }));
  EXPECT_TRUE(text("textNote").startsWith(QStringLiteral("Not kept")));
}

TEST_F(DecisionsPageTest, gradesFromTheDockByButton) {
  commit(3);
  show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return rows() == 3; }));
  chooseRow(1);
  const auto id = selection.decision();
  ASSERT_TRUE(id.has_value());
  ASSERT_TRUE(soon([&] { return find<QPushButton>("grade1").isEnabled(); }));
  find<QPushButton>("grade2").click();
  ASSERT_TRUE(soon([&] { return router->labels.contains(*id); }));
  EXPECT_EQ(router->labels[*id], 0.0);
  find<QPushButton>("grade3").click();
  ASSERT_TRUE(soon([&] { return !router->labels[*id].has_value(); })) << "unsure is no score";
}

TEST_F(DecisionsPageTest, gradesByKeyWithTheFocusInTheDock) {
  commit(3);
  show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return rows() == 3; }));
  chooseRow(1);
  const auto id = selection.decision();
  ASSERT_TRUE(soon([&] { return find<QPushButton>("grade1").isEnabled(); }));
  QMainWindow window;  // where a dock stands: no child of the page
  auto* dock = new QDockWidget(&window);
  DockContent* content = docks[0];
  QWidget* owner = content->parentWidget();
  dock->setWidget(content);
  window.addDockWidget(Qt::RightDockWidgetArea, dock);
  window.show();
  window.activateWindow();
  auto* right = content->findChild<QPushButton*>(QStringLiteral("grade1"));
  right->setFocus();
  ASSERT_TRUE(soon([&] { return right->hasFocus(); }));
  QTest::keyClick(right, Qt::Key_2);
  EXPECT_TRUE(soon([&] { return router->labels.contains(*id); }));
  EXPECT_EQ(router->labels[*id], 0.0);
  content->setParent(owner);
}

TEST_F(DecisionsPageTest, bearsTheChangesOfPolicyOnItsHistogram) {
  router->addRevision(testing::samplePolicy(), true);
  commit(20);
  show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return find<TimeSeriesView>("requestHistogram").markers().size() == 1; }));
  EXPECT_EQ(find<TimeSeriesView>("requestHistogram").markers()[0].label, QStringLiteral("r2"));
}

TEST_F(DecisionsPageTest, namesTheMapThatAConfidenceWasCalibratedBy) {
  auto made = router->make(wallNow());
  made.decision.confidence_raw = made.decision.attempts[0].confidence_raw = 0.9996;
  made.decision.calibration = "tickets-local-top-class";
  router->commit(made);
  commit(1);
  show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return rows() == 2; }));
  const QString tip = table().model()->index(0, DecisionTableModel::Confidence).data(Qt::ToolTipRole).toString() +
                      table().model()->index(1, DecisionTableModel::Confidence).data(Qt::ToolTipRole).toString();
  EXPECT_EQ(tip, QStringLiteral("0.910, calibrated from 0.9996 by tickets-local-top-class")) << "and nothing where there was none";
}

TEST_F(DecisionsPageTest, showsNoEmptyBarWhereThePolicyHasNoBoundaries) {
  router->boundaries.clear();
  commit(1);
  show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return rows() == 1; }));
  chooseRow(0);
  ASSERT_TRUE(soon([&] { return !text("decisionId").isEmpty(); }));
  EXPECT_FALSE(find<QWidget>("scoreSection").isVisibleTo(docks[0]));
}

TEST_F(DecisionsPageTest, letsAViewerLookButNotGrade) {
  router->role = domain::Role::Viewer;
  commit(3);
  show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return rows() == 3; }));
  chooseRow(0);
  ASSERT_TRUE(soon([&] { return text("gradeNote") == QStringLiteral("Grading needs the role tuner."); }));
  for (const char* name : {"grade1", "grade2", "grade3"}) EXPECT_FALSE(find<QPushButton>(name).isEnabled()) << name;
}

TEST_F(DecisionsPageTest, holdsTheTailAtAChosenRowAndLetsGoOfItOnEnd) {
  commit(30);
  show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return rows() == 30; }));
  EXPECT_FALSE(find<Banner>("heldTail").isVisible());
  chooseRow(4);
  for (int i = 0; i < 3; ++i) router->commit(router->make(wallNow()));
  ASSERT_TRUE(soon([&] { return find<Banner>("heldTail").isVisible(); }));
  ASSERT_TRUE(soon([&] { return find<Banner>("heldTail").accessibleName().contains(QStringLiteral("3 newer")); }));
  EXPECT_EQ(table().currentIndex().row(), 4) << "what a person looks at does not move";
  click(find<Banner>("heldTail"), "banner.newest");
  ASSERT_TRUE(soon([&] { return rows() == 33; }));
  EXPECT_FALSE(find<Banner>("heldTail").isVisible());
}

TEST_F(DecisionsPageTest, copiesACommandThatAsksTheSameModel) {
  embedded.become(EmbeddedRouter::State::Running);
  commit(1);
  auto& shown = show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return rows() == 1; }));
  chooseRow(0);
  ASSERT_TRUE(soon([&] { return !text("decisionId").isEmpty(); }));
  for (QAction* action : shown.pageActions()) {
    if (action->shortcut() == QKeySequence(QStringLiteral("Ctrl+Shift+U"))) action->trigger();
  }
  EXPECT_TRUE(QGuiApplication::clipboard()->text().contains(QStringLiteral("\"model\":\"auto:tickets\"")));
  EXPECT_FALSE(QGuiApplication::clipboard()->text().contains(QStringLiteral("4f1e"))) << "no token in a command";
}

TEST_F(DecisionsPageTest, keepsItsRowsWhileTheRouterIsGone) {
  commit(12);
  show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return rows() == 12; }));
  link->setState(LinkState::Kind::Reconnecting, QStringLiteral("connection refused"));
  ASSERT_TRUE(soon([&] { return find<Banner>("linkBanner").isVisible(); }));
  EXPECT_EQ(rows(), 12);
  EXPECT_TRUE(table().isVisible());
}

TEST_F(DecisionsPageTest, givesTheReasonItsRoomWhereTheWindowIsNarrow) {
  commit(5);
  show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return rows() == 5; }));
  for (const int width : {1300, 900, 760, 640}) {
    page->resize(width, 700);
    ASSERT_TRUE(soon([&] { return table().width() == width; }));
    EXPECT_GE(table().columnWidth(DecisionTableModel::Why), 7 * table().fontMetrics().height()) << "at " << width;
    EXPECT_FALSE(table().isColumnHidden(DecisionTableModel::Time)) << "at " << width;
  }
  page->resize(1300, 700);
  ASSERT_TRUE(soon([&] { return !table().isColumnHidden(DecisionTableModel::Tokens); })) << "they come back";
}

TEST_F(DecisionsPageTest, gradesNothingWhileTheChosenDecisionIsNotThere) {
  commit(3);
  show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return rows() == 3; }));
  chooseRow(2);
  ASSERT_TRUE(soon([&] { return find<QPushButton>("grade1").isEnabled(); }));
  router->holds = true;
  chooseRow(1);
  EXPECT_FALSE(find<QPushButton>("grade1").isEnabled());
  page->pageActions().front()->trigger();  // the key 1
  EXPECT_TRUE(router->labels.empty() && router->held.size() == 1U) << "the row before was graded";
  ASSERT_TRUE(soon([&] { return words(*docks[0]).contains(QStringLiteral("Asking")); })) << "what is on the screen is not what was chosen";
  router->holds = false;
  router->letGo();
  ASSERT_TRUE(soon([&] { return find<QPushButton>("grade1").isEnabled(); }));
  page->pageActions().front()->trigger();
  ASSERT_TRUE(soon([&] { return router->labels.size() == 1U; }));
  EXPECT_TRUE(router->labels.contains(*selection.decision()));
}

TEST_F(DecisionsPageTest, gradesNothingWhereTheChosenDecisionCannotBeShown) {
  commit(3);
  show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return rows() == 3; }));
  chooseRow(2);
  ASSERT_TRUE(soon([&] { return find<QPushButton>("grade1").isEnabled(); }));
  router->decisions.erase(router->decisions.begin() + 1);  // its retention ended
  chooseRow(1);
  ASSERT_TRUE(soon([&] { return words(*docks[0]).contains(QStringLiteral("cannot be shown")); }));
  page->pageActions().front()->trigger();
  QCoreApplication::processEvents();
  EXPECT_TRUE(router->labels.empty());
}

TEST_F(DecisionsPageTest, keepsItsRowsWhenLeftAndComeBackToWhileTheRouterIsGone) {
  commit(12);
  show<DecisionsPage>("decisions");
  ASSERT_TRUE(soon([&] { return rows() == 12; }));
  link->setState(LinkState::Kind::Reconnecting, QStringLiteral("connection refused"));
  router->holds = true;
  page->deactivate();
  page->activate();
  QCoreApplication::processEvents();
  EXPECT_EQ(rows(), 12);
  EXPECT_TRUE(table().isVisible());
}

}  // namespace
}  // namespace signalbox::ui
