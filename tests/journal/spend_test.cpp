// SPDX-License-Identifier: Apache-2.0
// What keys spent is kept beside the decisions, and outlives them.
#include <fstream>
#include <thread>

#include "journal/sqlite.h"
#include "journal/store_fixture.h"

namespace signalbox::journal {
namespace {

using SpendTest = StoreTest;

constexpr std::int64_t kDay = 86'400'000'000;

domain::Decision costing(std::optional<double> usd, WallMicros ts, std::string key = "app") {
  domain::Decision d = decisionAt(ts);
  d.key = std::move(key);
  d.cost_usd = usd;
  return d;
}

TEST_F(SpendTest, isThereAfterARestartByDayAndKey) {
  const WallMicros now = wallNow();
  {
    auto journal = open();
    for (int i = 0; i < 300; ++i) journal->append(costing(0.5, now));
    journal->append(costing(2.0, now - kDay));
    journal->append(costing(std::nullopt, now));
    journal->append(costing(0.0, now));  // refused: it says nothing of costs
    journal->append(costing(7.0, now, "other"));
    journal->append(costing(9.0, now, ""));
  }
  auto journal = open();
  const auto spend = reader(*journal)->spend(now / kDay);
  ASSERT_TRUE(spend);
  EXPECT_TRUE(spend->complete);
  ASSERT_EQ(spend->keys.size(), 2U);
  EXPECT_EQ(spend->keys[0].key, "app");
  EXPECT_DOUBLE_EQ(spend->keys[0].usd, 150);
  EXPECT_EQ(spend->keys[0].known, 300);
  EXPECT_EQ(spend->keys[0].unknown, 1);
  EXPECT_DOUBLE_EQ(spend->keys[1].usd, 7);
}

TEST_F(SpendTest, ofRowsThatFoundNoRoomIsKeptAllTheSame) {
  const WallMicros now = wallNow();
  auto narrow = options();
  narrow.queue_rows = 2;
  constexpr int kRows = 2000;
  {
    auto journal = open(narrow);
    for (int i = 0; i < kRows; ++i) journal->append(costing(0.5, now));
    journal->flush();
    EXPECT_GT(journal->status().dropped, 0U);
    journal->append(costing(0.5, now));
  }
  auto journal = open();
  const auto spend = reader(*journal)->spend(now / kDay);
  ASSERT_TRUE(spend) << spend.error().message;
  ASSERT_EQ(spend->keys.size(), 1U);
  EXPECT_EQ(spend->keys[0].known, kRows + 1);
  EXPECT_DOUBLE_EQ(spend->keys[0].usd, 0.5 * (kRows + 1));
}

TEST_F(SpendTest, isNotForgottenByAClockThatIsWrong) {
  const WallMicros now = wallNow();
  for (const WallMicros day : {now, now + 4000 * kDay}) open()->append(costing(3, day));
  for (const WallMicros day : {now, now + 4000 * kDay}) {
    const auto spend = reader(*open())->spend(day / kDay);
    ASSERT_TRUE(spend) << spend.error().message;
    ASSERT_EQ(spend->keys.size(), 1U);
    EXPECT_DOUBLE_EQ(spend->keys[0].usd, 3);
  }
}

TEST_F(SpendTest, isKeptForTheNewestFourHundredDays) {
  constexpr int kDays = 402;
  {
    auto journal = open();
    for (int day = 1; day <= kDays; ++day) journal->append(costing(3, day * kDay));
  }
  auto journal = open();
  const auto of = [&](std::int64_t day) { return reader(*journal)->spend(day).value().keys.size(); };
  EXPECT_EQ(of(2), 0U);
  EXPECT_EQ(of(3), 1U);
  EXPECT_EQ(of(kDays), 1U);
}

TEST_F(SpendTest, outlivesTheRowsItCameFrom) {
  const WallMicros now = wallNow();
  auto short_lived = options();
  short_lived.max_bytes = 1;  // everything but the newest row goes
  auto journal = open(short_lived);
  for (int i = 0; i < 20; ++i) journal->append(costing(1, now));
  journal->flush();
  while (journal->status().retired == 0) std::this_thread::yield();
  const auto spend = reader(*journal)->spend(now / kDay);
  ASSERT_TRUE(spend && spend->keys.size() == 1);
  EXPECT_DOUBLE_EQ(spend->keys[0].usd, 20);
  EXPECT_TRUE(spend->complete);
}

TEST_F(SpendTest, ofAStoreFromBeforeIsReadFromItsRows) {
  const WallMicros now = wallNow();
  open()->append(costing(3, now));
  {
    auto db = Database::open(path(), Database::Mode::ReadWrite);
    ASSERT_TRUE(db && db->run("DROP TABLE spend; DELETE FROM meta WHERE name = 'spend_since'"));
  }
  auto journal = open();
  const auto spend = reader(*journal)->spend(now / kDay);
  ASSERT_TRUE(spend && spend->keys.size() == 1);
  EXPECT_DOUBLE_EQ(spend->keys[0].usd, 3);
}

TEST_F(SpendTest, isUnknownForTheDayOnWhichTheStoreWasReplaced) {
  const WallMicros now = wallNow();
  open()->append(costing(3, now));
  std::filesystem::resize_file(path(), 4096);
  std::ofstream(path(), std::ios::binary | std::ios::in) << std::string(4096, 'x');
  auto journal = open();
  const auto today = reader(*journal)->spend(now / kDay), tomorrow = reader(*journal)->spend(now / kDay + 1);
  ASSERT_TRUE(today && tomorrow);
  EXPECT_FALSE(today->complete);
  EXPECT_TRUE(tomorrow->complete);
}

}  // namespace
}  // namespace signalbox::journal
