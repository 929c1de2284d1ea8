// SPDX-License-Identifier: Apache-2.0
#include "models/decision_table_model.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "theme/cells.h"
#include "ui/fake_console.h"

namespace signalbox::ui {
namespace {
using testing::FakeLink;
using testing::FakeRouter;
constexpr WallMicros kSecond = 1'000'000;

class DecisionTableTest : public ::testing::Test {
 protected:
  void SetUp() override {
    start_ = wallNow() - 1000 * kSecond;
    for (int i = 0; i < 500; ++i) router->commit(router->make(start_ + i * kSecond, i % 5 == 0 ? "mid" : "local"));
    client.attach(std::make_unique<FakeLink>(router));
  }
  void startAndWait() {
    model.start();
    ASSERT_TRUE(QTest::qWaitFor([&] { return model.state() != DecisionTableModel::State::Loading; }));
  }
  WallMicros start_ = 0;
  std::shared_ptr<FakeRouter> router = std::make_shared<FakeRouter>();
  Selection selection;
  ConsoleClient client;
  PolicyBook book{client};
  DecisionTableModel model{client, selection, book};
};

// The tester fetches pages of its own accord, so only this test counts rows while it watches.
TEST_F(DecisionTableTest, obeysTheRulesOfItemModelsWhileItFillsAndFollows) {
  const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  startAndWait();
  ASSERT_TRUE(QTest::qWaitFor([&] { return model.rowCount() == 500; }));
  model.setHeld(true);
  for (int i = 0; i < 3; ++i) router->commit(router->make(wallNow()));
  ASSERT_TRUE(QTest::qWaitFor([&] { return model.newerCount() == 3; }));
  model.setHeld(false);
  EXPECT_EQ(model.rowCount(), 503);
  selection.addCondition({"final_tier", domain::Condition::Op::AnyOf, {"mid"}});
  ASSERT_TRUE(QTest::qWaitFor([&] { return model.rowCount() == 100; }));
}

TEST_F(DecisionTableTest, showsTheNewestFirstAndFetchesPagesAsItScrolls) {
  startAndWait();
  ASSERT_EQ(model.rowCount(), 200);
  EXPECT_EQ(model.idAt(0), router->decisions.back().decision.id);
  EXPECT_EQ(model.matching(), 500);
  while (model.canFetchMore({})) {
    const int before = model.rowCount();
    model.fetchMore({});
    ASSERT_TRUE(QTest::qWaitFor([&] { return model.rowCount() > before; }));
  }
  ASSERT_EQ(model.rowCount(), 500);
  EXPECT_EQ(model.idAt(499), router->decisions.front().decision.id);
}

TEST_F(DecisionTableTest, pinsNewRowsAtTheHeadAndHoldsThemWhenTheReaderIsElsewhere) {
  startAndWait();
  router->commit(router->make(wallNow()));
  ASSERT_TRUE(QTest::qWaitFor([&] { return model.rowCount() == 201; }));
  EXPECT_EQ(model.idAt(0), router->decisions.back().decision.id);

  model.setHeld(true);
  for (int i = 0; i < 7; ++i) router->commit(router->make(wallNow()));
  ASSERT_TRUE(QTest::qWaitFor([&] { return model.newerCount() == 7; }));
  EXPECT_EQ(model.rowCount(), 201);
  model.setHeld(false);
  EXPECT_EQ(model.rowCount(), 208);
  EXPECT_EQ(model.newerCount(), 0);
}

TEST_F(DecisionTableTest, bringsManyRowsInFewBatches) {
  startAndWait();
  QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
  QElapsedTimer clock;
  clock.start();
  for (const int rows : {350, 500}) {
    for (int i = 0; i < 150; ++i) {
      router->commit(router->make(wallNow()));
      QCoreApplication::processEvents();
    }
    ASSERT_TRUE(QTest::qWaitFor([&] { return model.rowCount() == rows; }));
  }
  EXPECT_LE(inserted.count(), clock.elapsed() / 250 + 2);
}

TEST_F(DecisionTableTest, dropsRepliesToAFilterThatWasChangedMeanwhile) {
  router->holds = true;
  model.start();
  selection.addCondition({"final_tier", domain::Condition::Op::AnyOf, {"mid"}});
  router->holds = false;
  router->letGo();
  ASSERT_TRUE(QTest::qWaitFor([&] { return model.state() == DecisionTableModel::State::Ready; }));
  EXPECT_EQ(model.rowCount(), 100);
  EXPECT_EQ(model.index(0, DecisionTableModel::Way).data().toString(), QStringLiteral("mid"));
}

TEST_F(DecisionTableTest, tellsFilteredToNothingFromNoDataAndOfflineFromBoth) {
  startAndWait();
  selection.addCondition({"workload", domain::Condition::Op::AnyOf, {"nobody"}});
  ASSERT_TRUE(QTest::qWaitFor([&] { return model.state() == DecisionTableModel::State::Filtered; }));
  selection.clearFilter();
  selection.setRange(TimeRange::between(1, 2));
  ASSERT_TRUE(QTest::qWaitFor([&] { return model.state() == DecisionTableModel::State::NoData; }));
  ConsoleClient nobody;
  DecisionTableModel offline(nobody, selection, book);
  offline.start();
  EXPECT_EQ(offline.state(), DecisionTableModel::State::Offline);
}

TEST_F(DecisionTableTest, putsReasonsInWordsOnceThePolicyIsKnown) {
  startAndWait();
  const auto why = [&](int row) { return model.index(row, DecisionTableModel::Why).data().toString(); };
  ASSERT_TRUE(QTest::qWaitFor([&] { return why(0) == QStringLiteral("score below 0.30"); })) << why(0).toStdString();
  EXPECT_EQ(why(4), QStringLiteral("local 0.64 < 0.82"));
  const auto cell = model.index(0, DecisionTableModel::Complexity).data(kCellRole).value<ComplexityCell>();
  EXPECT_EQ(cell.boundaries, (std::vector<double>{0.3, 0.7}));
}

TEST_F(DecisionTableTest, keepsItsWindowBoundedAndFetchesAgainWhatItDropped) {
  DecisionTableModel small(client, selection, book, nullptr, 300);
  small.start();
  ASSERT_TRUE(QTest::qWaitFor([&] { return small.rowCount() == 200; }));
  small.fetchMore({});
  ASSERT_TRUE(QTest::qWaitFor([&] { return small.rowCount() == 400; }));
  EXPECT_FALSE(small.canFetchMore({}));
  router->commit(router->make(wallNow()));
  ASSERT_TRUE(QTest::qWaitFor([&] { return small.rowCount() == 201; }));
  ASSERT_TRUE(small.canFetchMore({}));
  small.fetchMore({});
  ASSERT_TRUE(QTest::qWaitFor([&] { return small.rowCount() == 401; }));
  EXPECT_EQ(small.idAt(201), router->decisions[299].decision.id);
}

TEST_F(DecisionTableTest, countsARowOnceThoughTheFeedRepeatsIt) {
  startAndWait();
  ASSERT_EQ(model.matching(), 500);
  control::DecisionBatch repeated;
  repeated.items = {router->decisions[498], router->decisions[499]};
  repeated.seq = 500;
  for (const auto& [key, tail] : router->tails) tail.second(repeated);
  router->commit(router->make(wallNow()));
  ASSERT_TRUE(QTest::qWaitFor([&] { return model.rowCount() == 201; }));
  EXPECT_EQ(model.matching(), 501);
  EXPECT_TRUE(model.hasUncounted());
}

TEST_F(DecisionTableTest, takesRowsThatLeftTheRangeOffItsCount) {
  startAndWait();
  router->commit(router->make(wallNow()));
  ASSERT_TRUE(QTest::qWaitFor([&] { return model.matching() == 501; }));
  router->decisions.erase(router->decisions.begin(), router->decisions.begin() + 100);
  model.recount();
  ASSERT_TRUE(QTest::qWaitFor([&] { return model.matching() == 401; })) << model.matching().value_or(-1);
  EXPECT_FALSE(model.hasUncounted());
}

TEST_F(DecisionTableTest, asksAnewWhereTheFeedHasAGap) {
  startAndWait();
  domain::CommittedDecision missed = router->make(wallNow() - kSecond);
  router->decisions.push_back(missed);  // committed, and lost on its way
  control::DecisionBatch batch;
  batch.gap = true;
  for (const auto& [key, tail] : router->tails) tail.second(batch);
  ASSERT_TRUE(QTest::qWaitFor([&] { return model.rowOfId(missed.decision.id) == 0; })) << "a hole that nobody sees";
}

TEST_F(DecisionTableTest, aGapWhileHeldIsFilledWhenLetGo) {
  startAndWait();
  model.setHeld(true);
  domain::CommittedDecision missed = router->make(wallNow() - kSecond);
  router->decisions.push_back(missed);
  control::DecisionBatch batch;
  batch.gap = true;
  batch.items = {router->make(wallNow())};
  router->decisions.push_back(batch.items.front());
  for (const auto& [key, tail] : router->tails) tail.second(batch);
  ASSERT_TRUE(QTest::qWaitFor([&] { return model.newerCount() == 1; }));
  EXPECT_EQ(model.rowCount(), 200) << "what a person looks at does not move";
  model.setHeld(false);
  ASSERT_TRUE(QTest::qWaitFor([&] { return model.rowOfId(missed.decision.id) == 1; }));
}

TEST_F(DecisionTableTest, keepsItsRowsWhileTheRouterIsAwayAndAsksWhenItIsBack) {
  auto made = std::make_unique<FakeLink>(router);
  FakeLink* link = made.get();
  client.attach(std::move(made));
  startAndWait();
  link->setState(LinkState::Kind::Reconnecting, QStringLiteral("connection refused"));
  router->holds = true;
  model.stop();
  model.start();
  EXPECT_EQ(model.state(), DecisionTableModel::State::Ready);
  EXPECT_EQ(model.rowCount(), 200);
  router->holds = false;
  router->commit(router->make(wallNow()));
  link->setState(LinkState::Kind::Live);
  ASSERT_TRUE(QTest::qWaitFor([&] { return model.matching() == 501; }));
}

TEST_F(DecisionTableTest, namesAnOverrideByItsPlaceInsteadOfItsExpression) {
  Json policy = testing::samplePolicy();
  const std::string pattern = "(?i)chargeback|data protection officer|letter from a lawyer";
  policy["workloads"][0]["overrides"] = Json::array({{{"domain", "finance"}, {"to", "frontier"}}, {{"pattern", pattern}, {"to", "frontier"}}});
  const PolicyFacts facts = factsOf(policy);
  domain::Decision d = router->make(wallNow(), "frontier").decision;
  d.reason = domain::Reason::Override;
  d.override_rule = "pattern (?i)chargeback|data prot…";
  EXPECT_EQ(shortReason(d, &facts.at("tickets")), QStringLiteral("override 2, a pattern"));
  EXPECT_EQ(shortReason(d, nullptr), QStringLiteral("override: a pattern"));
  d.override_rule = "domain finance";
  EXPECT_EQ(shortReason(d, &facts.at("tickets")), QStringLiteral("override: domain finance"));
}

TEST_F(DecisionTableTest, asksAgainForAPolicyThatCouldNotBeFetched) {
  router->policy_refusal = fail(ErrorCode::Io, "the store cannot be read").error();
  EXPECT_EQ(book.find(1, "tickets"), nullptr);
  ASSERT_EQ(router->policies_asked, 1);
  QCoreApplication::processEvents();
  router->policy_refusal.reset();
  EXPECT_EQ(book.find(1, "tickets"), nullptr);
  EXPECT_TRUE(QTest::qWaitFor([&] { return book.find(1, "tickets") != nullptr; }));
}

}  // namespace
}  // namespace signalbox::ui
