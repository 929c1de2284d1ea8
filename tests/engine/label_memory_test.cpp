// SPDX-License-Identifier: Apache-2.0
#include "engine/label_memory.h"

#include <gtest/gtest.h>

namespace signalbox::engine {
namespace {

const domain::Deployment kDeployment{"local", "m"};

TEST(LabelMemoryTest, anAnswerWithoutLabelsLeavesWhatWasLearntOfThem) {
  LabelMemory memory;
  const std::vector<std::string> labels{"yes", "no"};
  {
    const auto held = memory.of("tickets", kDeployment, labels);
    ASSERT_TRUE(held);
    for (int i = 0; i < 100; ++i) held->priors->add({0.9, 0.1});
  }
  EXPECT_FALSE(memory.of("tickets", kDeployment, {})) << "as of a call of a tool";
  const auto held = memory.of("tickets", kDeployment, labels);
  ASSERT_TRUE(held);
  EXPECT_GT(held->priors->means()[0], 0.8);
}

TEST(LabelMemoryTest, otherLabelsBeginAnew) {
  LabelMemory memory;
  {
    const auto held = memory.of("tickets", kDeployment, {"yes", "no"});
    ASSERT_TRUE(held);
    for (int i = 0; i < 100; ++i) held->priors->add({0.9, 0.1});
  }
  const auto held = memory.of("tickets", kDeployment, {"yes", "maybe"});
  ASSERT_TRUE(held);
  EXPECT_DOUBLE_EQ(held->priors->means()[0], 0.5);
}

}  // namespace
}  // namespace signalbox::engine
