// SPDX-License-Identifier: Apache-2.0
#include <QComboBox>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTabWidget>
#include <QTableView>

#include "models/history_model.h"
#include "theme/metrics.h"
#include "ui/pages/tune_stage.h"
#include "widgets/stages_view.h"
#include "widgets/threshold_slider.h"

namespace signalbox::ui {
namespace {
using testing::kGate;
using testing::TunePageTest;

TEST_F(TunePageTest, showsASliderForEveryBoundaryAndGateAndNoDraft) {
  ready();
  EXPECT_EQ(page->findChildren<ThresholdSlider*>().size(), 5);  // two boundaries, two gates, one of them with a trust
  EXPECT_FALSE(find<Banner>("draftBanner").isVisible());
  EXPECT_FALSE(find<QWidget>("deadMan").isVisible());
  EXPECT_FALSE(find<StagesView>("stages").isVisible());
  EXPECT_EQ(text("tuneState"), QStringLiteral("r1 live, confirmed"));
  EXPECT_EQ(changedLines(), 0);
  EXPECT_GT(find<DiffView>("diff").lines().size(), 5U) << "the live policy is there to be read";
}

TEST_F(TunePageTest, aMovedThresholdIsADraftThatHasGoneNowhere) {
  auto& shown = ready();
  gate().setValue(0.9);
  EXPECT_TRUE(shown.draft().isDirty());
  EXPECT_TRUE(find<Banner>("draftBanner").isVisible());
  EXPECT_EQ(find<Banner>("draftBanner").kind(), BannerKind::Draft);
  EXPECT_TRUE(find<Banner>("draftBanner").accessibleName().contains(QStringLiteral("1 change. Nothing has been sent to lab.")));
  EXPECT_EQ(changedLines(), 2);
  EXPECT_TRUE(find<StagesView>("stages").isVisible());
  EXPECT_TRUE(find<StagesView>("stages").accessibleDescription().startsWith(QStringLiteral("Draft: now")));
  EXPECT_FALSE(router->applied.has_value());
  click(find<Banner>("draftBanner"), "banner.discard");
  EXPECT_FALSE(shown.draft().isDirty());
  EXPECT_EQ(changedLines(), 0);
  EXPECT_DOUBLE_EQ(gate().value(), 0.82);
}

TEST_F(TunePageTest, makesADraftLiveWithItsReasonAndCountsDownUntilItIsConfirmed) {
  ready();
  gate().setValue(0.9);
  QWidget* asked = askToApply();
  ASSERT_NE(asked, nullptr);
  EXPECT_EQ(asked->windowTitle(), QStringLiteral("Make 1 change live on lab"));
  EXPECT_TRUE(asked->findChild<QPushButton*>(QStringLiteral("confirm.cancel"))->isDefault());
  EXPECT_EQ(asked->findChild<QComboBox*>(QStringLiteral("applyWithin"))->currentData().toInt(), 600);
  asked->findChild<QLineEdit*>(QStringLiteral("confirm.reason"))->setText(QStringLiteral("too many wrong answers"));
  click(*asked, "confirm.verb");
  ASSERT_TRUE(soon([&] { return find<QWidget>("deadMan").isVisible(); }));
  EXPECT_EQ(dialog("applyDialog"), nullptr);
  ASSERT_TRUE(router->applied.has_value());
  EXPECT_DOUBLE_EQ(router->applied->json.at(Json::json_pointer(kGate)).get<double>(), 0.9);
  EXPECT_FALSE(find<Banner>("draftBanner").isVisible()) << "what is live is no draft any more";
  ASSERT_TRUE(soon([&] { return text("countdown").startsWith(QStringLiteral("Reverts to r1 by itself in 0")); }));
  EXPECT_EQ(find<QPushButton>("revertNow").text(), QStringLiteral("Revert now, to r1"));
  click("confirmNow");
  ASSERT_TRUE(soon([&] { return !find<QWidget>("deadMan").isVisible(); }));
  EXPECT_EQ(text("tuneState"), QStringLiteral("r2 live, confirmed"));
  EXPECT_TRUE(router->revisions.back().confirmed);
}

TEST_F(TunePageTest, revertsAtOnceWithoutAQuestion) {
  ready();
  makeLive();
  ASSERT_TRUE(soon([&] { return find<QPushButton>("revertNow").text().endsWith(QStringLiteral("r1")); }));
  click("revertNow");
  EXPECT_EQ(QApplication::activeModalWidget(), nullptr);
  ASSERT_TRUE(soon([&] { return router->revisions.size() == 3; }));
  EXPECT_EQ(router->revisions.back().restores, 1);
  ASSERT_TRUE(soon([&] { return text("tuneState") == QStringLiteral("r3 live, confirmed"); }));
  ASSERT_TRUE(soon([&] { return std::abs(gate().value() - 0.82) < 1e-9; })) << "the sliders follow";
}

TEST_F(TunePageTest, aConflictSaysWhoChangedWhatAndOffersToRebase) {
  auto& shown = ready();
  gate().setValue(0.9);
  router->refusal = fail(ErrorCode::Conflict, "the live policy is another").error();
  Json theirs = testing::samplePolicy();
  theirs["workloads"][0]["route"]["boundaries"][0] = 0.25;
  QWidget* asked = askToApply();
  ASSERT_NE(asked, nullptr);
  router->addRevision(theirs, true, "jonas");
  click(*asked, "confirm.verb");
  ASSERT_TRUE(soon([&] { return dialog("conflictDialog") != nullptr; }));
  QWidget* conflict = dialog("conflictDialog");
  EXPECT_EQ(conflict->windowTitle(), QStringLiteral("Rebase the draft onto r2"));
  EXPECT_TRUE(words(*conflict).contains(QStringLiteral("jonas")));
  EXPECT_TRUE(words(*conflict).contains(QStringLiteral("0.25")));
  click(*conflict, "confirm.verb");
  ASSERT_TRUE(soon([&] { return shown.draft().base() == 2; }));
  EXPECT_DOUBLE_EQ(shown.draft().proposed().at(Json::json_pointer(kGate)).get<double>(), 0.9);
  EXPECT_DOUBLE_EQ(shown.draft().proposed()["workloads"][0]["route"]["boundaries"][0].get<double>(), 0.25);
  EXPECT_EQ(router->revisions.size(), 2U) << "nothing is sent by rebasing";
}

TEST_F(TunePageTest, aRefusedGuardrailNeedsAnAdminAndATypedReason) {
  ready();
  gate().setValue(0.99);
  Error refusal = fail(ErrorCode::Guardrail, "the step is too large").error();
  refusal.detail = R"({"which":"max-step","found":0.17,"allowed":0.05})";
  router->refusal = refusal;
  QWidget* asked = askToApply();
  ASSERT_NE(asked, nullptr);
  click(*asked, "confirm.verb");
  auto* verb = asked->findChild<QPushButton*>(QStringLiteral("confirm.verb"));
  ASSERT_TRUE(soon([&] { return asked->isEnabled() && !verb->isEnabled(); }));
  EXPECT_TRUE(words(*asked).contains(QStringLiteral("Largest step: 0.17 found, 0.05 allowed."))) << words(*asked).toStdString();
  const auto* problem = asked->findChild<QLabel*>(QStringLiteral("confirm.problem"));
  EXPECT_GE(problem->height(), problem->heightForWidth(problem->width())) << "nothing of it is cut";
  asked->findChild<QAbstractButton*>(QStringLiteral("applyOverride"))->click();
  auto* reason = asked->findChild<QLineEdit*>(QStringLiteral("confirm.reason"));
  reason->setText(QStringLiteral("short"));
  EXPECT_FALSE(verb->isEnabled());
  reason->setText(QStringLiteral("the incident of tonight"));
  EXPECT_TRUE(verb->isEnabled());
  click(*asked, "confirm.verb");
  ASSERT_TRUE(soon([&] { return router->revisions.size() == 2; }));
}

TEST_F(TunePageTest, theQuestionNamesTheNumbersThatChange) {
  ready();
  gate().setValue(0.821);
  QWidget* asked = askToApply();
  ASSERT_NE(asked, nullptr);
  EXPECT_TRUE(words(*asked).contains(QStringLiteral("tickets: gate local 0.820 → 0.821"))) << words(*asked).toStdString();
}

TEST_F(TunePageTest, historyKeepsWhatChangedAndItsLinksHoweverNarrow) {
  router->addRevision(testing::samplePolicy(), true, "jonas");
  ready();
  auto& table = find<QTableView>("historyTable");
  ASSERT_TRUE(soon([&] { return table.model()->rowCount() == 2; }));
  EXPECT_EQ(table.model()->index(0, HistoryModel::What).data().toString(), QStringLiteral("gate mid 0.70 → 0.65"));
  table.resize(640, 200);
  EXPECT_GE(table.columnWidth(HistoryModel::What), 10 * metricsOf(&table).h);
  EXPECT_FALSE(table.isColumnHidden(HistoryModel::Actions));
  EXPECT_TRUE(table.isColumnHidden(HistoryModel::Who));
}

TEST_F(TunePageTest, saysWhereTheHistoryGoesOn) {
  for (int i = 0; i < 230; ++i) router->addRevision(testing::samplePolicy(), true);
  ready();
  ASSERT_TRUE(soon([&] { return find<QTableView>("historyTable").model()->rowCount() == 200; }));
  EXPECT_TRUE(page->statusParts().contains(QStringLiteral("the latest 200 revisions"))) << page->statusParts().join(QLatin1Char('|')).toStdString();
  QAbstractItemModel* model = find<QTableView>("historyTable").model();
  ASSERT_TRUE(model->canFetchMore({}));
  model->fetchMore({});
  ASSERT_TRUE(soon([&] { return model->rowCount() == 231; }));
  EXPECT_TRUE(page->statusParts().contains(QStringLiteral("231 revisions")));
}

TEST_F(TunePageTest, anotherRefusalStaysInTheDialogAndLosesNothing) {
  auto& shown = ready();
  gate().setValue(0.9);
  router->refusal = fail(ErrorCode::Io, "the disk is full").error();
  QWidget* asked = askToApply();
  click(*asked, "confirm.verb");
  ASSERT_TRUE(soon([&] { return words(*asked).contains(QStringLiteral("the disk is full")); }));
  EXPECT_TRUE(asked->isVisible());
  EXPECT_TRUE(shown.draft().isDirty());
}

TEST_F(TunePageTest, aViewerSeesItAllAndChangesNothing) {
  router->role = domain::Role::Viewer;
  ready();
  EXPECT_TRUE(find<Banner>("roleBanner").isVisible());
  EXPECT_EQ(find<Banner>("roleBanner").kind(), BannerKind::ReadOnly);
  EXPECT_FALSE(find<Banner>("roleBanner").accessibleName().contains(QStringLiteral("can look and draft"))) << "form and editor are read-only";
  EXPECT_FALSE(gate().isEnabled());
  EXPECT_TRUE(find<QPlainTextEdit>("policyText").isReadOnly());
  for (const QAction* action : page->pageActions()) EXPECT_FALSE(action->isEnabled()) << action->text().toStdString();
}

TEST_F(TunePageTest, textThatIsNoPolicyIsMarkedAndLeavesTheDraftAsItWas) {
  auto& shown = ready();
  find<QTabWidget>("tuneTabs").setCurrentIndex(1);
  auto& text_edit = find<QPlainTextEdit>("policyText");
  text_edit.setFocus();
  text_edit.setPlainText(QStringLiteral("{ not a policy"));
  ASSERT_TRUE(soon([&] { return text("policyVerdict").contains(QStringLiteral("not a policy")); }));
  EXPECT_FALSE(shown.draft().isDirty());
}

TEST_F(TunePageTest, saysWhatIsAcceptedAndHasNoEffect) {
  router->without_effect = "`cache` has no effect in this version";
  ready();
  find<QTabWidget>("tuneTabs").setCurrentIndex(1);
  auto& text_edit = find<QPlainTextEdit>("policyText");
  text_edit.setPlainText(QString::fromStdString(testing::samplePolicy().dump(1)));
  ASSERT_TRUE(soon([&] { return text("policyVerdict").contains(QStringLiteral("no errors.\n7:3: `cache` has no effect")); })) << text("policyVerdict").toStdString();
  makeLive();
  ASSERT_TRUE(soon([&] { return words(*page).contains(QStringLiteral("r2 is live. /cache: `cache` has no effect in this version.")); })) << words(*page).toStdString();
}

TEST_F(TunePageTest, showsWhatARevisionChangedAndComesBackToTheDraft) {
  ready();
  addRevision(0.65);
  auto& table = find<QTableView>("historyTable");
  ASSERT_TRUE(soon([&] { return table.model()->rowCount() == 2; }));
  EXPECT_EQ(table.model()->index(0, 0).data().toString(), QStringLiteral("r2"));
  Q_EMIT table.activated(table.model()->index(0, 0));
  ASSERT_TRUE(soon([&] { return find<QAbstractButton>("backToDraft").isVisible(); }));
  EXPECT_EQ(changedLines(), 2);
  find<QAbstractButton>("backToDraft").click();
  EXPECT_EQ(changedLines(), 0);
}

TEST_F(TunePageTest, rollsBackAfterAQuestionThatShowsWhatWillChange) {
  ready();
  addRevision(0.65);
  auto& table = find<QTableView>("historyTable");
  ASSERT_TRUE(soon([&] { return table.model()->rowCount() == 2 && text("tuneState") == QStringLiteral("r2 live, confirmed"); }));
  table.setCurrentIndex(table.model()->index(1, 0));
  QAction* back = page->pageActions().back();
  ASSERT_TRUE(back->isEnabled());
  back->trigger();
  ASSERT_TRUE(soon([&] { return dialog("rollbackDialog") != nullptr; }));
  QWidget* asked = dialog("rollbackDialog");
  EXPECT_EQ(asked->windowTitle(), QStringLiteral("Roll back to r1"));
  EXPECT_EQ(router->revisions.size(), 2U) << "asking changes nothing";
  EXPECT_NE(asked->findChild<DiffView*>(), nullptr);
  click(*asked, "confirm.verb");
  ASSERT_TRUE(soon([&] { return router->revisions.size() == 3; }));
  EXPECT_EQ(router->revisions.back().restores, 1);
}

TEST_F(TunePageTest, offersNoChangeWhileTheRouterIsGone) {
  ready();
  gate().setValue(0.9);
  link->setState(LinkState::Kind::Reconnecting, QStringLiteral("connection refused"));
  ASSERT_TRUE(soon([&] { return !find<Banner>("draftBanner").findChild<QPushButton*>(QStringLiteral("banner.apply"))->isEnabled(); }));
  EXPECT_TRUE(find<Banner>("linkBanner").isVisible());
}

}  // namespace
}  // namespace signalbox::ui
