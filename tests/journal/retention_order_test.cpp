// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include "journal/store_fixture.h"

namespace signalbox::journal {
namespace {

using RetentionTest = StoreTest;

TEST_F(RetentionTest, keepsYoungRowsThatEndedInAnotherOrderThanTheyBegan) {
  auto journal = open();
  for (const WallMicros earlier : {0, 1'000, 2'000, 500}) {
    ASSERT_TRUE(journal->append(decisionAt(wallNow() - earlier)));
    journal->flush();
  }
  const auto rows = reader(*journal);
  // Old rows are looked for ten times a second.
  for (int i = 0; i < 30; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ASSERT_EQ(rows->countDecisions({}).value_or(-1), 4);
  }
}

}  // namespace
}  // namespace signalbox::journal
