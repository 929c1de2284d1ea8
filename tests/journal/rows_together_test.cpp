// SPDX-License-Identifier: Apache-2.0
// Rows are written several by one statement: each keeps what is its own, and one that cannot be stored takes none with it.
#include "journal/store.h"
#include "journal/store_fixture.h"

namespace signalbox::journal {
namespace {

class RowsTogetherTest : public StoreTest {
 protected:
  // Texts, names, features and attempts that no other row has.
  static domain::CommittedDecision row(int i) {
    domain::CommittedDecision made{0, decisionAt(1'000 + i)};
    const std::string mark = std::to_string(i);
    made.decision.session = "session " + mark;
    made.decision.workload = "workload " + mark;
    made.decision.explanation = "because of " + mark;
    made.decision.complexity = i / 100.0;
    if (i % 3) made.decision.features = {{"first" + mark, i}, {"second", i + 0.5}};
    for (int n = 0; n < i % 4; ++n) {
      domain::Attempt attempt;
      attempt.tier = "tier " + mark;
      attempt.model = "model " + mark + "." + std::to_string(n);
      attempt.status = 200 + i;
      made.decision.attempts.push_back(attempt);
    }
    return made;
  }
  void beginAnew() {
    store_.reset();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    store_ = Store::open(path()).value();
  }
  std::vector<bool> write(std::vector<domain::CommittedDecision>& rows) {
    std::vector<domain::CommittedDecision*> pointers;
    for (auto& one : rows) pointers.push_back(&one);
    std::vector<bool> stored;
    EXPECT_TRUE(store_->begin());
    EXPECT_TRUE(store_->insert(pointers, stored));
    EXPECT_TRUE(store_->commit());
    return stored;
  }
  // Every row reads as it was written, and in its place.
  void expectStored(const std::vector<domain::CommittedDecision>& rows, const std::vector<bool>& stored) {
    auto db = Database::open(path(), Database::Mode::ReadOnly);
    std::int64_t seq = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!stored[i]) continue;
      const auto& wanted = rows[i].decision;
      ++seq;
      EXPECT_EQ(rows[i].seq, seq);
      const std::string where = " FROM decisions WHERE seq = " + std::to_string(seq);
      EXPECT_EQ(db->text("SELECT id" + where).value(), wanted.id.string());
      EXPECT_EQ(db->text("SELECT session || '/' || workload || '/' || explanation" + where).value(), wanted.session + "/" + wanted.workload + "/" + wanted.explanation);
      Json features = Json::object();
      for (const auto& [name, value] : wanted.features) features[name] = value;
      const auto written = db->text("SELECT coalesce(features, '{}')" + where).value();
      EXPECT_EQ(Json::parse(written), features);
      std::string models;
      for (const auto& attempt : wanted.attempts) models += attempt.tier + attempt.model + std::to_string(attempt.status) + ";";
      const auto found = db->text("SELECT coalesce(group_concat(tier || model || status || ';', ''), '') FROM (SELECT * FROM attempts WHERE decision_id = '" + wanted.id.string() + "' ORDER BY n)").value();
      EXPECT_EQ(found, models);
    }
    EXPECT_EQ(db->number("SELECT count(*) FROM decisions").value(), seq);
  }
  std::unique_ptr<Store> store_ = Store::open(path()).value();
};

TEST_F(RowsTogetherTest, everyNumberOfRowsIsWrittenAsItIs) {
  for (const int count : {1, 7, 8, 9, 16, 23}) {
    beginAnew();
    std::vector<domain::CommittedDecision> rows;
    for (int i = 0; i < count; ++i) rows.push_back(row(i));
    const auto stored = write(rows);
    EXPECT_EQ(stored, std::vector<bool>(static_cast<std::size_t>(count), true));
    expectStored(rows, stored);
  }
}

TEST_F(RowsTogetherTest, aRowThatIsThereAlreadyTakesNoneWithIt) {
  constexpr std::size_t kRows = 20;
  for (std::size_t twice = 1; twice < kRows; ++twice) {
    beginAnew();
    std::vector<domain::CommittedDecision> rows;
    for (std::size_t i = 0; i < kRows; ++i) rows.push_back(row(static_cast<int>(i)));
    rows[twice].decision.id = rows[twice / 2].decision.id;
    std::vector<bool> expected(kRows, true);
    expected[twice] = false;
    const auto stored = write(rows);
    EXPECT_EQ(stored, expected) << twice;
    expectStored(rows, stored);
    EXPECT_EQ(store_->rows(), static_cast<std::int64_t>(kRows - 1));
  }
}

TEST_F(RowsTogetherTest, labelsFromBeforeFindTheirRows) {
  std::vector<domain::CommittedDecision> rows;
  for (int i = 0; i < 12; ++i) rows.push_back(row(i));
  auto queued = InflightFile::open(path() + ".inflight", 64).value();
  for (const std::size_t i : {3u, 9u}) {
    queued->add(rows[i].decision.id);
    domain::Label label;
    label.decision_id = rows[i].decision.id;
    label.ts = 1;
    label.score = 1;
    ASSERT_TRUE(store_->begin());
    ASSERT_TRUE(store_->insert(label, *queued));
    ASSERT_TRUE(store_->commit());
  }
  write(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].decision.score.has_value(), i == 3 || i == 9) << i;
}

}  // namespace
}  // namespace signalbox::journal
