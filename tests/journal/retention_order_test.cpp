// SPDX-License-Identifier: Apache-2.0
#include "journal/store.h"
#include "journal/store_fixture.h"

namespace signalbox::journal {
namespace {

constexpr std::int64_t kPlenty = 1ll << 30;
constexpr WallMicros kNow = 10'000;

class RetentionTest : public StoreTest {
 protected:
  RetentionTest() : store_(Store::open(path()).value()) {}
  void write(std::initializer_list<WallMicros> times) {
    ASSERT_TRUE(store_->begin());
    for (const WallMicros ts : times) {
      domain::CommittedDecision row{0, decisionAt(ts)};
      ASSERT_TRUE(store_->insert(row).value_or(false));
    }
    ASSERT_TRUE(store_->commit());
  }
  std::unique_ptr<Store> store_;
};

TEST_F(RetentionTest, keepsYoungRowsThatEndedInAnotherOrderThanTheyBegan) {
  write({5'000, 4'000, 3'000, 4'500});
  for (int look = 0; look < 3; ++look) EXPECT_EQ(store_->retire(3'000, kNow, kPlenty, 2048).value_or(-1), 0);
  EXPECT_EQ(store_->rows(), 4);
}

TEST_F(RetentionTest, dropsOldRowsUpToTheFirstThatIsYoungEnough) {
  write({1'000, 900, 3'000, 800, 4'000});
  EXPECT_EQ(store_->retire(2'000, kNow, kPlenty, 2048).value_or(-1), 2);
  EXPECT_EQ(store_->retire(2'000, kNow, kPlenty, 2048).value_or(-1), 0) << "the old one behind it goes with its neighbour";
  EXPECT_EQ(store_->rows(), 3);
}

TEST_F(RetentionTest, isNotStoppedByADecisionFromTheFutureAndDeletesNoneForItself) {
  write({1'000, 50'000, 900, 60'000, 4'000});
  EXPECT_EQ(store_->retire(2'000, kNow, kPlenty, 2048).value_or(-1), 3) << "what is old behind it goes";
  EXPECT_EQ(store_->retire(2'000, kNow, kPlenty, 2048).value_or(-1), 0) << "a clock that was set back deletes nothing";
  EXPECT_EQ(store_->keptSince().value(), 4'000);
}

TEST_F(RetentionTest, saysSinceWhenItKeepsDecisionsOnceSomeAreGone) {
  write({1'000, 3'000, 3'500});
  EXPECT_EQ(store_->keptSince().value(), std::nullopt) << "all that there ever was";
  EXPECT_EQ(store_->retire(2'000, kNow, kPlenty, 2048).value_or(-1), 1);
  EXPECT_EQ(store_->keptSince().value(), 3'000);
}

TEST_F(RetentionTest, anAuditLogThatIsTooMuchByItselfDeletesNoDecisions) {
  constexpr std::int64_t kMost = 1 << 20;
  write({1'000, 2'000, 3'000});
  ASSERT_TRUE(store_->begin());
  for (int i = 0; i < 40; ++i) {
    domain::AuditEntry entry;
    entry.action = "policy.apply";
    entry.diff = std::string(64 << 10, 'x');
    ASSERT_TRUE(store_->audit().append(entry));
  }
  ASSERT_TRUE(store_->commit());
  ASSERT_GT(store_->bytes().value_or(0), kMost);
  EXPECT_EQ(store_->retire(500, kNow, kMost, 2048).value_or(-1), 0);
  EXPECT_EQ(store_->retire(500, kNow, 1, 2048).value_or(-1), 2) << "all but the newest";
}

// As long as somebody reads, what is written stays in the log, and a deletion makes it longer.
TEST_F(RetentionTest, aReaderThatStaysOpenMakesNothingTooMuch) {
  constexpr WallMicros kRows = 3'000;
  write({1'000});
  auto reader = Database::open(path(), Database::Mode::ReadOnly);
  ASSERT_TRUE(reader && reader->run("BEGIN") && reader->number("SELECT count(*) FROM decision_rows"));
  const auto grow = [&](WallMicros from) {
    for (WallMicros at = from; at < from + kRows; at += 10) {
      write({at, at + 1, at + 2, at + 3, at + 4, at + 5, at + 6, at + 7, at + 8, at + 9});
      store_->checkpoint(false);
    }
  };
  grow(2'000);
  auto inside = Database::open(path(), Database::Mode::ReadOnly);
  const std::int64_t rows = store_->rows(), database = inside->number("SELECT page_count FROM pragma_page_count").value() * 4096;
  ASSERT_GT(store_->bytes().value(), database * 3 / 2) << "the log is long";
  EXPECT_EQ(store_->retire(0, kNow, database + 4096, 2048).value_or(-1), 0);
  EXPECT_EQ(store_->rows(), rows);
  EXPECT_GT(store_->retire(0, kNow, database / 2, 1'000).value_or(-1), 0) << "what is kept is too much all the same";
  for (int round = 0; round < 20; ++round) std::ignore = store_->retire(0, kNow, database / 2, 100);
  EXPECT_GT(store_->rows(), rows / 4) << "and goes no further than it must";
}

TEST_F(RetentionTest, probesAreAttemptsWithoutDecisionAndGoWithTheirAge) {
  domain::Attempt probe;
  probe.tier = "local";
  probe.upstream = "vllm";
  probe.model = "llama";
  probe.role = domain::AttemptRole::Probe;
  ASSERT_TRUE(store_->begin());
  for (const WallMicros ts : {1'000, 3'000}) {
    probe.ts = ts;
    ASSERT_TRUE(store_->insertProbe(probe));
  }
  ASSERT_TRUE(store_->commit());
  write({3'500});
  auto db = Database::open(path(), Database::Mode::ReadOnly);
  ASSERT_TRUE(db);
  const auto probes = [&] { return db->number("SELECT count(*) FROM attempts WHERE role = 'probe' AND decision_id IS NULL AND upstream = 'vllm'").value_or(-1); };
  EXPECT_EQ(probes(), 2);
  EXPECT_EQ(store_->retire(2'000, kNow, kPlenty, 2048).value_or(-1), 0);
  EXPECT_EQ(probes(), 1);
}

}  // namespace
}  // namespace signalbox::journal
