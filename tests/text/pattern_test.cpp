// SPDX-License-Identifier: Apache-2.0
#include "text/pattern.h"

#include <gmock/gmock.h>

namespace signalbox::text {
namespace {

TEST(PatternTest, findsAnywhereAndHonoursInlineFlags) {
  const auto pattern = Pattern::compile("(?i)chest pain|suicid");
  ASSERT_TRUE(pattern);
  EXPECT_TRUE(pattern->search("I have CHEST PAIN since noon"));
  EXPECT_TRUE(pattern->search("a suicidal thought"));
  EXPECT_FALSE(pattern->search("a chest of drawers"));
}

TEST(PatternTest, saysWhyAPatternIsRefused) {
  const auto pattern = Pattern::compile("a(?=b)");
  ASSERT_FALSE(pattern);
  EXPECT_EQ(pattern.error().code, ErrorCode::InvalidInput);
  EXPECT_THAT(pattern.error().message, testing::HasSubstr("a(?=b)"));
  EXPECT_THAT(pattern.error().message, testing::HasSubstr("invalid perl operator"));
}

TEST(PatternTest, refusesAProgramThatWouldBeHuge) { EXPECT_FALSE(Pattern::compile("((a{1000}){1000}){1000}")); }

TEST(PatternTest, takesLinearTimeWhereBacktrackingWouldNot) {
  const auto pattern = Pattern::compile("(a+)+$");
  ASSERT_TRUE(pattern);
  std::string almost(1'000'000, 'a');
  almost += 'b';
  EXPECT_FALSE(pattern->search(almost));
}

TEST(PatternSetTest, agreesWithItsPatternsOneByOne) {
  const std::vector<std::string> sources{"(?i)\\btranslate\\b", "json", "^x", "(?i)summar"};
  const auto set = PatternSet::compile(sources);
  ASSERT_TRUE(set);
  for (const std::string text : {"Translate the JSON summary as json", "xylophone", "", "nothing here", "SUMMARY json"}) {
    std::vector<int> expected;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      if (Pattern::compile(sources[i])->search(text)) expected.push_back(static_cast<int>(i));
    }
    std::vector<int> found{99};
    set->search(text, found);
    EXPECT_THAT(found, testing::UnorderedElementsAreArray(expected)) << text;
  }
}

TEST(PatternSetTest, emptyFindsNothingAndABadMemberIsNamed) {
  std::vector<int> found;
  PatternSet{}.search("anything", found);
  EXPECT_TRUE(found.empty());
  const auto bad = PatternSet::compile({"fine", "(open"});
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().message, testing::HasSubstr("(open"));
}

}  // namespace
}  // namespace signalbox::text
