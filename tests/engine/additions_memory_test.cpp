// SPDX-License-Identifier: Apache-2.0
#include "engine/additions_memory.h"

#include <gtest/gtest.h>

namespace signalbox::engine {
namespace {

using dialect::Additions;

// What an addition asks for: usage, number of alternatives, - for nothing.
std::string words(const Additions& add) {
  const std::string probabilities = add.logprobs || add.top_logprobs ? std::to_string(add.top) : "-";
  return (add.usage ? "usage " : "- ") + probabilities;
}

class AdditionsMemoryTest : public testing::Test {
 protected:
  static Additions wanted(bool usage, int top) {
    Additions add;
    add.usage = usage;
    add.logprobs = top > 0;
    if (top > 0) add.top = top;
    return add;
  }
  // A request to an upstream that answers what `takes` says; returns what was asked for, step by step.
  template <class Takes>
  std::string ask(Additions add, Takes takes, bool tools = false) {
    const AdditionsMemory::Asked asked{{"u", "m"}, tools};
    add = memory_.within(asked, add);
    std::string story = words(add);
    if (takes(add) || !add.any()) return story;
    for (const auto& less : memory_.next(asked, add)) {
      story += ", " + words(less);
      if (takes(less)) {
        memory_.learn(asked, add, less, "no");
        break;
      }
      add = less;
    }
    return story;
  }
  AdditionsMemory memory_;
};

TEST_F(AdditionsMemoryTest, onlyWhatASecondRequestWasRefusedOverIsNoLongerAskedFor) {
  const auto no_usage = [](const Additions& add) { return !add.usage; };
  EXPECT_EQ(ask(wanted(true, 0), no_usage), "usage -, - -");
  EXPECT_TRUE(memory_.of("u").empty()) << "one request decides for nobody";
  EXPECT_EQ(ask(wanted(true, 0), no_usage), "usage -, - -");
  EXPECT_EQ(ask(wanted(true, 0), no_usage), "- -");
  EXPECT_EQ(ask(wanted(false, 20), no_usage), "- 20") << "a gate's evidence is another matter";
  EXPECT_EQ(ask(wanted(true, 20), no_usage), "- 20");
  ASSERT_EQ(memory_.of("u").size(), 1u);
  EXPECT_EQ(memory_.of("u")[0].addition, "usage");
  EXPECT_EQ(memory_.of("u")[0].said, "no");
  EXPECT_TRUE(memory_.of("other").empty());
}

TEST_F(AdditionsMemoryTest, alternativesAreTakenAwayInSteps) {
  const auto few = [](const Additions& add) { return !add.logprobs || add.top <= 5; };
  EXPECT_EQ(ask(wanted(true, 20), few), "usage 20, - -");
  EXPECT_EQ(ask(wanted(true, 20), few), "usage 20, - 20, - 5");
  EXPECT_EQ(ask(wanted(true, 20), few), "usage 5") << "the usage was never at fault";
  EXPECT_EQ(memory_.of("u").at(0).addition, "top_logprobs>5");
}

TEST_F(AdditionsMemoryTest, probabilitiesOfTokensAreAskedForWithoutAlternativesWhereThoseAreRefused) {
  const auto tokens = [](const Additions& add) { return !add.logprobs || add.top == 0; };
  (void)ask(wanted(false, 1), tokens);
  EXPECT_EQ(ask(wanted(false, 1), tokens), "- 1, - 0");
  EXPECT_EQ(ask(wanted(false, 1), tokens), "- 0");
  EXPECT_EQ(ask(wanted(false, 20), tokens), "- -") << "a label's share cannot be read from one token's probability";
  EXPECT_EQ(memory_.of("u").at(0).addition, "top_logprobs");
}

TEST_F(AdditionsMemoryTest, bothAreFoundOutOneAfterTheOther) {
  const auto nothing = [](const Additions& add) { return !add.any(); };
  (void)ask(wanted(true, 1), nothing);
  EXPECT_EQ(ask(wanted(true, 1), nothing), "usage 1, - 1, - 0, - -");
  EXPECT_EQ(ask(wanted(true, 1), nothing), "usage -, - -");
  EXPECT_EQ(ask(wanted(true, 1), nothing), "- -");
  EXPECT_EQ(memory_.of("u").size(), 2u);
}

TEST_F(AdditionsMemoryTest, whatToolsForbidIsAskedForWithoutThem) {
  const auto nothing = [](const Additions& add) { return !add.any(); };
  for (int i = 0; i < 3; ++i) (void)ask(wanted(false, 20), nothing, true);
  EXPECT_EQ(ask(wanted(false, 20), nothing, true), "- -");
  EXPECT_EQ(ask(wanted(false, 20), [](const Additions&) { return true; }), "- 20");
  EXPECT_TRUE(memory_.of("u").at(0).with_tools);
}

TEST_F(AdditionsMemoryTest, aRequestThatIsRefusedAnywayTeachesNothing) {
  const auto never = [](const Additions&) { return false; };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(wanted(true, 20), never), "usage 20, - -");
  EXPECT_TRUE(memory_.of("u").empty());
}

TEST(AdditionsMemoryTimeTest, asksAgainAfterSomeTime) {
  AdditionsMemory memory{Duration::zero()};
  Additions usage;
  usage.usage = true;
  for (int i = 0; i < 3; ++i) (void)memory.learn({{"u", "m"}, false}, usage, {}, "no");
  EXPECT_TRUE(memory.within({{"u", "m"}, false}, usage).usage);
  EXPECT_TRUE(memory.of("u").empty());
}

}  // namespace
}  // namespace signalbox::engine
