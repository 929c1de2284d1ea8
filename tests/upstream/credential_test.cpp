// SPDX-License-Identifier: Apache-2.0
#include "upstream/credential.h"

#include <gtest/gtest.h>

namespace signalbox::upstream {
namespace {

using namespace std::chrono_literals;

const SteadyTime kStart = SteadyTime(1'000'000s);

class KeyForModelTest : public testing::Test {
 protected:
  // One request that is answered, or refused with this status; false where it was not let through.
  bool ask(KeyForModel& at, int status, SteadyTime now = kStart) {
    const Entry entry = at.admit(now);
    if (!entry.open()) return false;
    if (status == 200) at.accepted(entry);
    else disabled = at.refused(entry, status, now);
    return true;
  }

  Credential key, small_right, large_right;
  KeyForModel small{key, small_right}, large{key, large_right};
  bool disabled = false;
};

TEST_F(KeyForModelTest, aKeyThatIsNotKnownIsUsedForNoModel) {
  EXPECT_TRUE(ask(small, 200));
  EXPECT_TRUE(ask(small, 401));
  EXPECT_TRUE(disabled);
  EXPECT_FALSE(ask(small, 200));
  EXPECT_FALSE(ask(large, 200));
  EXPECT_TRUE(large.disabled());
  EXPECT_EQ(large.wait(kStart), 30s);
  EXPECT_TRUE(ask(large, 200, kStart + 30s));
  EXPECT_TRUE(ask(small, 200, kStart + 30s)) << "one that was let through for all";
}

TEST_F(KeyForModelTest, aModelThatNeverAnsweredIsRefusedAtOnceAndAlone) {
  EXPECT_TRUE(ask(small, 403));
  EXPECT_TRUE(disabled);
  EXPECT_FALSE(ask(small, 200));
  EXPECT_TRUE(ask(large, 200));
  EXPECT_TRUE(ask(small, 403, kStart + 30s));
  EXPECT_FALSE(ask(small, 200, kStart + 60s)) << "longer each time";
  EXPECT_TRUE(ask(small, 200, kStart + 90s));
  EXPECT_TRUE(ask(small, 200, kStart + 90s));
}

TEST_F(KeyForModelTest, oneRequestThatIsNotWantedTakesAModelFromNobody) {
  EXPECT_TRUE(ask(small, 200));
  for (int round = 0; round < 5; ++round) {
    EXPECT_TRUE(ask(small, 403));
    EXPECT_TRUE(ask(small, 403));
    EXPECT_FALSE(disabled);
    EXPECT_TRUE(ask(small, 200));
  }
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(ask(small, 403));
  EXPECT_TRUE(disabled) << "three in a row";
  EXPECT_FALSE(ask(small, 200));
  EXPECT_TRUE(ask(large, 200));
}

}  // namespace
}  // namespace signalbox::upstream
