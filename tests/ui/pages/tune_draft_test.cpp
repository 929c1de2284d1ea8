// SPDX-License-Identifier: Apache-2.0
// What becomes of a draft: sent as it was shown, kept through restarts, counted honestly.
#include <QClipboard>
#include <QGuiApplication>
#include <QPlainTextEdit>
#include <QTabWidget>
#include <QTableView>

#include "ui/pages/tune_stage.h"

namespace signalbox::ui {
namespace {
using testing::kGate;
using testing::TunePageTest;

TEST_F(TunePageTest, theConfirmationSendsWhatItShowed) {
  auto& shown = ready();
  gate().setValue(0.9);
  QWidget* asked = askToApply();
  ASSERT_NE(asked, nullptr);
  shown.draft().setNumber("/workloads/0/route/boundaries/0", 0.2);  // after it was asked
  click(*asked, "confirm.verb");
  ASSERT_TRUE(soon([&] { return router->applied.has_value(); }));
  EXPECT_DOUBLE_EQ(router->applied->json.at(Json::json_pointer(kGate)).get<double>(), 0.9);
  EXPECT_DOUBLE_EQ(router->applied->json["workloads"][0]["route"]["boundaries"][0].get<double>(), 0.3);
  ASSERT_TRUE(soon([&] { return shown.draft().base() == 2; }));
  EXPECT_EQ(shown.draft().changes().size(), 1U) << "what came after is still a draft";
}

TEST_F(TunePageTest, makesNothingLiveWhileTheTextIsNotYetChecked) {
  auto& shown = ready();
  gate().setValue(0.9);
  find<QTabWidget>("tuneTabs").setCurrentIndex(1);
  auto& edit = find<QPlainTextEdit>("policyText");
  edit.setFocus();
  Json typed = shown.draft().proposed();
  typed["workloads"][0]["route"]["boundaries"][0] = 0.2;
  edit.setPlainText(QString::fromStdString(typed.dump()));
  EXPECT_FALSE(page->pageActions().front()->isEnabled()) << "the draft is not what the text says";
  click(find<Banner>("draftBanner"), "banner.apply");
  EXPECT_EQ(dialog("applyDialog"), nullptr);
  ASSERT_TRUE(soon([&] { return page->pageActions().front()->isEnabled(); }));
  EXPECT_EQ(shown.draft().changes().size(), 2U);
}

TEST_F(TunePageTest, closesItsConfirmationWhenTheSessionIsAnother) {
  ready();
  gate().setValue(0.9);
  ASSERT_NE(askToApply(), nullptr);
  link->renew(router);
  ASSERT_TRUE(soon([&] { return dialog("applyDialog") == nullptr; }));
  EXPECT_FALSE(router->applied.has_value());
}

TEST_F(TunePageTest, saysWhyAConfirmationWasRefusedWhileTheTimeRunsDown) {
  ready();
  makeLive();
  router->confirm_refusal = fail(ErrorCode::Io, "the disk is full").error();
  click("confirmNow");
  ASSERT_TRUE(soon([&] { return text("tuneSaid").contains(QStringLiteral("the disk is full")); }));
  EXPECT_TRUE(find<QWidget>("deadMan").isVisible());
  EXPECT_TRUE(find<QLabel>("tuneSaid").isVisible()) << "nobody sees it";
  router->confirm_refusal.reset();
  client.attach(std::make_unique<testing::FakeLink>(std::make_shared<testing::FakeRouter>()));
  EXPECT_FALSE(find<QLabel>("tuneSaid").isVisible()) << "it is of another router";
}

TEST_F(TunePageTest, keepsADraftWhenItsRouterIsRestarted) {
  auto& shown = ready();
  gate().setValue(0.9);
  router->epoch = "e2";
  link->renew(router);
  ASSERT_TRUE(soon([&] { return shown.draft().isDirty(); })) << "it was thrown away";
  EXPECT_DOUBLE_EQ(shown.draft().proposed().at(Json::json_pointer(kGate)).get<double>(), 0.9);
  EXPECT_FALSE(find<Banner>("asideBanner").isVisible());
}

TEST_F(TunePageTest, setsADraftAsideForAnotherRouterAndBringsItBackWithItsOwn) {
  auto& shown = ready();
  gate().setValue(0.9);
  const auto other = std::make_shared<testing::FakeRouter>();
  other->store = "s2";
  client.attach(std::make_unique<testing::FakeLink>(other, QStringLiteral("other")));
  ASSERT_TRUE(soon([&] { return !shown.draft().isEmpty() && find<Banner>("asideBanner").isVisible(); }));
  EXPECT_FALSE(shown.draft().isDirty());
  EXPECT_TRUE(find<Banner>("asideBanner").accessibleName().contains(QStringLiteral("r1 of lab")))
      << find<Banner>("asideBanner").accessibleName().toStdString();
  click(find<Banner>("asideBanner"), "banner.copy");
  EXPECT_TRUE(QGuiApplication::clipboard()->text().contains(QStringLiteral("escalate-below: 0.9")));
  attach();
  ASSERT_TRUE(soon([&] { return shown.draft().isDirty(); }));
  EXPECT_FALSE(find<Banner>("asideBanner").isVisible());
}

TEST_F(TunePageTest, keepsTextWithErrorsUntilItIsDiscarded) {
  auto& shown = ready();
  gate().setValue(0.9);
  find<QTabWidget>("tuneTabs").setCurrentIndex(1);
  auto& edit = find<QPlainTextEdit>("policyText");
  edit.setFocus();
  edit.setPlainText(QStringLiteral("{ not a policy"));
  ASSERT_TRUE(soon([&] { return find<QPushButton>("discardText").isVisible(); }));
  edit.clearFocus();
  shown.draft().setNumber("/workloads/0/route/boundaries/0", 0.2);
  EXPECT_EQ(edit.toPlainText(), QStringLiteral("{ not a policy"));
  EXPECT_FALSE(page->pageActions().front()->isEnabled());
  EXPECT_FALSE(find<Banner>("draftBanner").findChild<QPushButton*>(QStringLiteral("banner.apply"))->isEnabled());
  click("discardText");
  EXPECT_TRUE(edit.toPlainText().contains(QStringLiteral("[0.2, 0.7]")));
  EXPECT_TRUE(page->pageActions().front()->isEnabled());
}

TEST_F(TunePageTest, countsTheScoresOfRequestsThatWentUp) {
  commit(10, "mid");  // their score at local is 0.64
  ready();
  ASSERT_TRUE(soon([&] { return words(*page).contains(QStringLiteral("50 scores in the latest 50 requests")); })) << words(*page).toStdString();
  gate().setValue(0.6);
  EXPECT_TRUE(words(*page).contains(QStringLiteral("10 more would stay at local"))) << words(*page).toStdString();
}

TEST_F(TunePageTest, givesNoNumberWhereTheListHasNoScoresOfRequestsThatWentUp) {
  router->gives_attempts = false;
  commit(10, "mid");
  ready();
  ASSERT_TRUE(soon([&] { return words(*page).contains(QStringLiteral("Not known: the scores of requests that went up")); }));
  gate().setValue(0.6);
  EXPECT_FALSE(words(*page).contains(QStringLiteral("would stay at local"))) << words(*page).toStdString();
}

TEST_F(TunePageTest, asksForTheScoresOfTheRouterAndRangeThatAreShown) {
  show<TunePage>("tune", false);  // it was the last page: there is no session yet
  commit(7);
  attach();
  ASSERT_TRUE(soon([&] { return words(*page).contains(QStringLiteral("in the latest 7 requests")); })) << words(*page).toStdString();
  const auto other = std::make_shared<testing::FakeRouter>();
  other->commit(other->make(wallNow() - testing::kSecond));
  client.attach(std::make_unique<testing::FakeLink>(other));
  ASSERT_TRUE(soon([&] { return words(*page).contains(QStringLiteral("in the latest 1 requests")); })) << words(*page).toStdString();
  selection.setRange(TimeRange::between(1, 2));
  ASSERT_TRUE(soon([&] { return words(*page).contains(QStringLiteral("among the latest 0 requests")); })) << words(*page).toStdString();
}

TEST_F(TunePageTest, saysThatARevisionHasNothingToBeComparedWith) {
  ready();
  addRevision(0.65);
  auto& table = find<QTableView>("historyTable");
  ASSERT_TRUE(soon([&] { return table.model()->rowCount() == 2; }));
  router->revisions.erase(router->revisions.begin());
  Q_EMIT table.activated(table.model()->index(0, 0));
  ASSERT_TRUE(soon([&] { return words(*page).contains(QStringLiteral("r1 is not there")); })) << words(*page).toStdString();
  EXPECT_EQ(changedLines(), 0) << "nothing was added by it";
}

TEST_F(TunePageTest, askingForARollBackKeepsTheQuestionForTheLivePolicy) {
  auto& shown = ready();
  auto& table = find<QTableView>("historyTable");
  addRevision(0.65);
  ASSERT_TRUE(soon([&] { return table.model()->rowCount() == 2 && shown.draft().base() == 2; }));
  router->holds = true;
  addRevision(0.6);
  ASSERT_TRUE(soon([&] { return text("tuneState") == QStringLiteral("r3 live, confirmed"); }));
  table.setCurrentIndex(table.model()->index(1, 0));
  page->pageActions().back()->trigger();
  router->holds = false;
  router->letGo();
  ASSERT_TRUE(soon([&] { return shown.draft().base() == 3; })) << "the live policy never came";
}

}  // namespace
}  // namespace signalbox::ui
