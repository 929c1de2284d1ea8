// SPDX-License-Identifier: Apache-2.0
// Damage that opening the store does not see: the journal finds it when it writes, and goes on in a new file.
#include <fstream>

#include "journal/sqlite.h"
#include "journal/store_fixture.h"

namespace signalbox::journal {
namespace {

class DamagedStoreTest : public StoreTest {
 protected:
  // A store of 2,000 decisions whose index of ids is overwritten.
  void makeDamaged() {
    journal_ = open();
    for (int i = 1; i <= 2000; ++i) ASSERT_TRUE(journal_->append(decisionAt(i)));
    journal_->flush();
  }
  void damage() {
    journal_.reset();
    std::int64_t page = 0;
    {
      auto db = Database::open(path(), Database::Mode::ReadOnly);
      ASSERT_TRUE(db);
      page = db->number("SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_decision_rows_1'").value_or(0);
    }
    ASSERT_GT(page, 1);
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp((page - 1) * 4096);
    file << std::string(4096, '\x5a');
  }
  [[nodiscard]] int aside() const {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      const std::string name = entry.path().filename().string();
      count += name.find(".corrupt-") != std::string::npos && !name.ends_with("-wal") && !name.ends_with("-shm");
    }
    return count;
  }
  void writeOne() {
    ASSERT_TRUE(journal_->append(decisionAt(3000)));
    // While the file is moved aside there is none to be asked, or the new one is still empty.
    const SteadyTime start = steadyNow();
    while (true) {
      const auto rows = journal_->reader();
      if (rows && (*rows)->lastSeq().value_or(0) == 2001) break;
      ASSERT_LT(steadyNow() - start, patient(std::chrono::seconds(10)));
    }
  }
  std::unique_ptr<Journal> journal_;
};

TEST_F(DamagedStoreTest, isMovedAsideWhenAWriteFindsItAndTheSequenceAndThePolicyGoOn) {
  makeDamaged();
  ASSERT_TRUE(commitPolicy(*journal_, {}));
  const auto live = commitPolicy(*journal_, {});
  ASSERT_TRUE(live);
  damage();
  journal_ = open();
  ASSERT_TRUE(journal_);
  EXPECT_EQ(aside(), 0) << "opening sees nothing of it";
  writeOne();
  const auto rows = reader(*journal_);
  EXPECT_EQ(rows->lastSeq().value_or(0), 2001);
  EXPECT_EQ(journal_->status().rows, 1);
  EXPECT_EQ(aside(), 1);
  EXPECT_EQ(rows->policy(std::nullopt)->revision, live->revision);
  EXPECT_EQ(rows->audit(1, std::nullopt)->at(0).action, "journal.replaced");
  EXPECT_TRUE(journal_->status().fault.empty()) << journal_->status().fault;
  const auto next = commitPolicy(*journal_, {});
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(next->revision, live->revision + 1);
}

TEST_F(DamagedStoreTest, keepsTheConfirmedPolicyBesideOneThatWaits) {
  makeDamaged();
  PolicyCommit confirmed, waits;
  confirmed.who = "ada";
  waits.who = "bo";
  waits.confirm_by = wallNow() + 3'600'000'000;
  ASSERT_TRUE(commitPolicy(*journal_, confirmed));
  ASSERT_TRUE(commitPolicy(*journal_, waits));
  ASSERT_TRUE(commitPolicy(*journal_, waits));
  damage();
  journal_ = open();
  ASSERT_TRUE(commitPolicy(*journal_, waits)) << "a table that is not damaged can still be written";
  writeOne();
  ASSERT_EQ(aside(), 1);
  const auto rows = reader(*journal_);
  EXPECT_EQ(rows->policy(std::nullopt)->revision, 4);
  EXPECT_EQ(rows->policy(std::nullopt)->confirm_by, waits.confirm_by);
  ASSERT_TRUE(rows->lastConfirmedPolicy());
  EXPECT_EQ(rows->lastConfirmedPolicy()->revision, 1);
  EXPECT_EQ(rows->lastConfirmedPolicy()->who, "ada");
  EXPECT_EQ(rows->lastConfirmedPolicy()->state, domain::RevisionState::Ended);
}

TEST_F(DamagedStoreTest, isMovedAsideWhenTheStartFindsItWhileItMarksInterruptedDecisions) {
  makeDamaged();
  ASSERT_TRUE(commitPolicy(*journal_, {}));
  const Uuid begun = Uuid::v7();
  journal_->begin(begun);
  damage();
  journal_ = open();
  ASSERT_TRUE(journal_);
  EXPECT_EQ(aside(), 1);
  const auto rows = reader(*journal_);
  EXPECT_EQ(rows->decision(begun)->outcome, domain::Outcome::Interrupted);
  EXPECT_EQ(rows->policy(std::nullopt)->revision, 1);
  EXPECT_EQ(rows->audit(1, std::nullopt)->at(0).action, "journal.replaced");
}

}  // namespace
}  // namespace signalbox::journal
