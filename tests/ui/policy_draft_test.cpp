// SPDX-License-Identifier: Apache-2.0
#include "models/policy_draft.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "models/audit_model.h"
#include "models/change_words.h"
#include "models/history_model.h"
#include "models/policy_text.h"
#include "ui/fake_console.h"

namespace signalbox::ui {
namespace {
using testing::samplePolicy;

constexpr auto kBoundary = "/workloads/0/route/boundaries/0";
constexpr auto kGate = "/workloads/0/gate/local/escalate-below";

class PolicyDraftTest : public ::testing::Test {
 protected:
  void SetUp() override {
    draft.setTiers({"local", "mid", "frontier"});
    draft.setLive(3, samplePolicy());
  }
  PolicyDraft draft;
};

TEST_F(PolicyDraftTest, listsEveryThresholdOfEveryWorkload) {
  const auto thresholds = draft.thresholds();
  ASSERT_EQ(thresholds.size(), 5u);
  EXPECT_EQ(thresholds[0].name(), QStringLiteral("Boundary local | mid"));
  EXPECT_EQ(thresholds[2].name(), QStringLiteral("Gate local, escalate below"));
  EXPECT_EQ(thresholds[2].signal, "top-class");
  EXPECT_EQ(thresholds[4].kind, Threshold::Kind::TrustAbove);
  EXPECT_FALSE(draft.isDirty());
}

TEST_F(PolicyDraftTest, keepsLiveAndProposedApart) {
  QSignalSpy spy(&draft, &PolicyDraft::changed);
  draft.setNumber(kGate, 0.80049);
  EXPECT_EQ(spy.count(), 1);
  EXPECT_TRUE(draft.isDirty());
  EXPECT_EQ(draft.thresholds()[2].live, 0.82);
  EXPECT_EQ(draft.thresholds()[2].proposed, 0.8);
  const auto changes = draft.changes();
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].what, QStringLiteral("tickets: gate local escalate-below"));
  EXPECT_EQ(changes[0].before, QStringLiteral("0.82"));
  EXPECT_EQ(changes[0].after, QStringLiteral("0.8"));
  draft.reset(kGate);
  EXPECT_FALSE(draft.isDirty());
}

TEST_F(PolicyDraftTest, objectsToThresholdsOutOfOrder) {
  EXPECT_TRUE(draft.objection().isEmpty());
  draft.setNumber(kBoundary, 0.8);
  EXPECT_FALSE(draft.objection().isEmpty());
}

TEST_F(PolicyDraftTest, rebasesItsChangesOntoAnotherRevisionAndNamesTheClashes) {
  draft.setNumber(kBoundary, 0.35);
  draft.setNumber(kGate, 0.8);
  Json theirs = samplePolicy();
  theirs[Json::json_pointer(kGate)] = 0.75;
  theirs["workloads"][0]["gate"]["mid"]["escalate-below"] = 0.6;
  const auto clashes = draft.rebase(4, theirs);
  EXPECT_EQ(clashes, std::vector<std::string>{kGate});
  EXPECT_EQ(draft.base(), 4);
  EXPECT_EQ(draft.proposed()[Json::json_pointer(kBoundary)], 0.35);
  EXPECT_EQ(draft.proposed()[Json::json_pointer(kGate)], 0.8);
  EXPECT_EQ(draft.proposed()["workloads"][0]["gate"]["mid"]["escalate-below"], 0.6);
  EXPECT_EQ(draft.changes().size(), 2u);
}

TEST_F(PolicyDraftTest, rebasesByNameWhereAWorkloadWasPutInBefore) {
  draft.setNumber(kGate, 0.8);
  Json theirs = samplePolicy();
  Json vip = theirs["workloads"][0];
  vip["name"] = "vip";
  theirs["workloads"].insert(theirs["workloads"].begin(), vip);
  EXPECT_TRUE(draft.rebase(4, theirs).empty());
  const Json& workloads = draft.proposed()["workloads"];
  ASSERT_EQ(workloads.size(), 3U);
  EXPECT_EQ(workloads[0], vip) << "theirs is left alone";
  EXPECT_EQ(workloads[1]["name"], "tickets");
  EXPECT_EQ(workloads[1]["gate"]["local"]["escalate-below"], 0.8);
  const auto changes = draft.changes();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].what, QStringLiteral("tickets: gate local escalate-below"));
  EXPECT_EQ(draft.thresholds().size(), 10U);
  EXPECT_EQ(draft.thresholds()[7].live, 0.82);
}

TEST_F(PolicyDraftTest, aWorkloadThatTheyTookOutIsAClashAndNeverAHole) {
  draft.setNumber(kGate, 0.8);
  Json theirs = samplePolicy();
  theirs["workloads"].erase(0);
  EXPECT_EQ(draft.rebase(4, theirs).size(), 1U);
  const Json& workloads = draft.proposed()["workloads"];
  ASSERT_EQ(workloads.size(), 2U);
  for (const Json& workload : workloads) EXPECT_TRUE(workload.is_object()) << workload.dump();
  EXPECT_EQ(workloads[0]["gate"]["local"]["escalate-below"], 0.8) << "ours stands";
}

TEST_F(PolicyDraftTest, aListThatTheyMadeAWordIsAClash) {
  Json live = samplePolicy();
  live["workloads"][0]["match"]["model"] = Json::array({"auto:tickets", "auto:t"});
  draft.setLive(3, live);
  Json mine = live;
  mine["workloads"][0]["match"]["model"][1] = "auto:help";
  draft.replaceDocument(mine);
  Json theirs = live;
  theirs["workloads"][0]["match"]["model"] = "auto:tickets";
  const auto clashes = draft.rebase(4, theirs);
  EXPECT_EQ(clashes, std::vector<std::string>{"/workloads/0/match/model"});
  EXPECT_EQ(draft.proposed()["workloads"][0]["match"]["model"], mine["workloads"][0]["match"]["model"]);
}

TEST_F(PolicyDraftTest, keepsWhatBothAddedAndTheOrderThatWasChanged) {
  Json mine = samplePolicy();
  Json added = mine["workloads"][1];
  added["name"] = "mine";
  mine["workloads"].insert(mine["workloads"].begin() + 1, added);
  draft.replaceDocument(mine);
  Json theirs = samplePolicy();
  added["name"] = "theirs";
  theirs["workloads"].push_back(added);
  std::swap(theirs["workloads"][0], theirs["workloads"][1]);
  EXPECT_TRUE(draft.rebase(4, theirs).empty());
  EXPECT_EQ(draft.workloads(), (std::vector<std::string>{"rest", "tickets", "mine", "theirs"}));
}

TEST(PolicyTextTest, writesThePolicyInTheOrderOfItsWriters) {
  const QString text = policyText(samplePolicy());
  EXPECT_TRUE(text.startsWith(QStringLiteral(
      "workloads:\n"
      "  - name: tickets\n"
      "    match: { model: \"auto:tickets\" }\n"
      "    route: { strategy: classifier, boundaries: [0.3, 0.7] }\n"
      "    gate:\n"
      "      local: { signal: top-class, escalate-below: 0.82 }\n")))
      << text.toStdString();
}

TEST(PolicyTextTest, showsWhatWasTakenOutAndWhatWasPutIn) {
  const auto lines = diffLines(QStringLiteral("a\nb\nc"), QStringLiteral("a\nB\nc\nd"));
  using Kind = LineChange::Kind;
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[1], (LineChange{Kind::Removed, 2, QStringLiteral("b")}));
  EXPECT_EQ(lines[2], (LineChange{Kind::Added, 2, QStringLiteral("B")}));
  EXPECT_EQ(lines[4], (LineChange{Kind::Added, 4, QStringLiteral("d")}));
}

TEST(HistoryModelTest, listsRevisionsNewestFirstAndOffersRollbackOnlyToThoseWhoMay) {
  const auto router = std::make_shared<testing::FakeRouter>();
  router->addRevision(samplePolicy(), true);
  Selection selection;
  ConsoleClient client;
  HistoryModel history(client, selection);
  const QAbstractItemModelTester tester(&history, QAbstractItemModelTester::FailureReportingMode::Fatal);
  client.attach(std::make_unique<testing::FakeLink>(router));
  history.setRunning(true);
  ASSERT_TRUE(QTest::qWaitFor([&] { return history.rowCount() == 2 && client.hello().has_value(); }));
  EXPECT_EQ(history.index(0, HistoryModel::Revision).data().toString(), QStringLiteral("r2"));
  EXPECT_FALSE(history.canRollBack(0));
  EXPECT_TRUE(history.canRollBack(1));
  router->role = domain::Role::Viewer;
  client.attach(std::make_unique<testing::FakeLink>(router));
  ASSERT_TRUE(QTest::qWaitFor([&] { return history.rowCount() == 2 && client.hello().has_value(); }));
  EXPECT_FALSE(history.canRollBack(1));
}

TEST(HistoryModelTest, putsANewRevisionOnTopAndKeepsWhatWasScrolledTo) {
  const auto router = std::make_shared<testing::FakeRouter>();
  for (int i = 0; i < 250; ++i) router->addRevision(samplePolicy(), true);
  Selection selection;
  ConsoleClient client;
  HistoryModel history(client, selection);
  const QAbstractItemModelTester tester(&history, QAbstractItemModelTester::FailureReportingMode::Fatal);
  client.attach(std::make_unique<testing::FakeLink>(router));
  history.setRunning(true);
  ASSERT_TRUE(QTest::qWaitFor([&] { return history.rowCount() == 200; }));
  history.fetchMore({});
  ASSERT_TRUE(QTest::qWaitFor([&] { return history.rowCount() == 251; }));
  const QPersistentModelIndex chosen = history.index(3, 0);
  router->addRevision(samplePolicy(), true);
  ASSERT_TRUE(QTest::qWaitFor([&] { return history.rowCount() == 252; }));
  EXPECT_EQ(chosen.row(), 4) << "the same revision, one row further down";
  EXPECT_EQ(history.index(1, HistoryModel::State).data().toString(), QStringLiteral("ended")) << "and the one before it is told anew";
  EXPECT_FALSE(history.canFetchMore({}));
}

TEST(ChangeWordsTest, namesPlacesActionsAndValidatorsAsPeopleDo) {
  EXPECT_EQ(changeWords("tickets gate.local.escalate-below 0.72 → 0.75"), QStringLiteral("tickets: gate local 0.72 → 0.75"));
  EXPECT_EQ(changeWords("gate.mid.trust-above 0.85 → 0.90; route.boundaries[1] 0.70 → 0.65"),
            QStringLiteral("gate mid, trust above 0.85 → 0.90; boundary 2 0.70 → 0.65"));
  EXPECT_EQ(changeWords("workload mail added"), QStringLiteral("workload mail added"));
  EXPECT_EQ(changeWords("guardrails.max-step 0.10 → 0.15"), QStringLiteral("the largest step 0.10 → 0.15"));
  EXPECT_EQ(placeWords(QStringLiteral("tickets: gate local escalate-below")), QStringLiteral("tickets: gate local"));
  EXPECT_EQ(actionWords("policy.rollback"), QStringLiteral("roll back"));
  EXPECT_EQ(actionWords("not.known"), QStringLiteral("not.known"));
  EXPECT_EQ(validatorWords("enum,json-schema"), QStringLiteral("labels, schema"));
}

TEST(PolicyTextTest, comparesOnlyWhatDiffersAndNumbersItAllTheSame) {
  const std::vector<LineChange> lines = diffLines(QStringLiteral("a\nb\nc\nd"), QStringLiteral("a\nx\nc\nd"));
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[1].kind, LineChange::Kind::Removed);
  EXPECT_EQ(lines[1].number, 2);
  EXPECT_EQ(lines[2].text, QStringLiteral("x"));
  EXPECT_EQ(lines[2].number, 2);
  EXPECT_EQ(lines[4].number, 4);
  EXPECT_EQ(diffLines(QStringLiteral("a\na"), QStringLiteral("a")).size(), 2U) << "head and tail share no line";
}

TEST(AuditModelTest, listsEntriesWithTheVerdictOnTheirChain) {
  const auto router = std::make_shared<testing::FakeRouter>();
  Selection selection;
  ConsoleClient client;
  AuditModel audit(client, selection);
  const QAbstractItemModelTester tester(&audit, QAbstractItemModelTester::FailureReportingMode::Fatal);
  client.attach(std::make_unique<testing::FakeLink>(router));
  audit.setRunning(true);
  ASSERT_TRUE(QTest::qWaitFor([&] { return audit.rowCount() == 1; }));
  EXPECT_TRUE(audit.isVerified());
  EXPECT_EQ(audit.index(0, AuditModel::Action).data().toString(), QStringLiteral("make live"));
}

}  // namespace
}  // namespace signalbox::ui
