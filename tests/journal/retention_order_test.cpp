// SPDX-License-Identifier: Apache-2.0
#include "journal/store.h"
#include "journal/store_fixture.h"

namespace signalbox::journal {
namespace {

constexpr std::int64_t kPlenty = 1ll << 30;

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
  for (int look = 0; look < 3; ++look) EXPECT_EQ(store_->retire(3'000, kPlenty, 2048).value_or(-1), 0);
  EXPECT_EQ(store_->rows(), 4);
}

TEST_F(RetentionTest, dropsOldRowsUpToTheFirstThatIsYoungEnough) {
  write({1'000, 900, 3'000, 800, 4'000});
  EXPECT_EQ(store_->retire(2'000, kPlenty, 2048).value_or(-1), 2);
  EXPECT_EQ(store_->retire(2'000, kPlenty, 2048).value_or(-1), 0) << "the old one behind it goes with its neighbour";
  EXPECT_EQ(store_->rows(), 3);
}

}  // namespace
}  // namespace signalbox::journal
