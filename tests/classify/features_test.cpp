// SPDX-License-Identifier: Apache-2.0
#include "classify/features.h"

#include <gmock/gmock.h>

#include <random>

namespace signalbox::classify {
namespace {

int depthOf(std::string_view text, std::int64_t tokens = 10) { return reasoningDepth(text, tokens, TreeRules{}); }

TEST(ReasoningDepthTest, countsEachKeywordOnceAndAtMostTwo) {
  EXPECT_EQ(depthOf("Say hello"), 1);
  EXPECT_EQ(depthOf("Analyze this"), 2);
  EXPECT_EQ(depthOf("analyze, ANALYZE, analyzed"), 2) << "each once";
  EXPECT_EQ(depthOf("Analyze and compare"), 3);
  EXPECT_EQ(depthOf("Analyze, compare, evaluate and critique"), 3) << "two hits at most";
  EXPECT_EQ(depthOf(""), 1);
}

TEST(ReasoningDepthTest, keywordsStandAtWordStarts) {
  EXPECT_EQ(depthOf("debugging"), 2) << "the start of a longer word counts";
  EXPECT_EQ(depthOf("reanalyze, precompare, un_debug"), 1);
  EXPECT_EQ(depthOf("(debug)"), 2);
  EXPECT_EQ(depthOf("éanalyze"), 1) << "letters beyond ASCII belong to words";
}

TEST(ReasoningDepthTest, aKeywordIsFoundWhereverItStands) {
  for (std::size_t before = 0; before < 40; ++before) {
    for (std::size_t after = 0; after < 20; ++after) {
      const std::string end(after, ' ');
      EXPECT_EQ(depthOf(std::string(before, ' ') + "debug" + end), 2) << before;
      EXPECT_EQ(depthOf(std::string(before, '-') + "\xc3\xa9 DEBUG" + end), 2) << before;
      EXPECT_EQ(depthOf(std::string(before, ' ') + "xdebug" + end), 1) << before;
      EXPECT_EQ(depthOf(std::string(before, 'x') + "_debug" + end), 1) << before;
      EXPECT_EQ(depthOf(std::string(before, ' ') + "debu" + end), 1) << before;
    }
  }
}

TEST(ReasoningDepthTest, aKeywordMayBeginWithWhatIsNoLetter) {
  TreeRules rules;
  rules.keywords = {"#why", "2nd"};
  EXPECT_EQ(reasoningDepth("tell #WHY", 10, rules), 2);
  EXPECT_EQ(reasoningDepth("tell#why", 10, rules), 1) << "not after a word";
  EXPECT_EQ(reasoningDepth("the 2nd #why", 10, rules), 3);
}

TEST(ReasoningDepthTest, aBlankInAKeywordIsAnyWhiteSpace) {
  EXPECT_EQ(depthOf("do it Step  by\n step"), 2);
  EXPECT_EQ(depthOf("stepbystep"), 1);
  EXPECT_EQ(depthOf("explain why"), 2);
  EXPECT_EQ(depthOf("explain"), 1);
  EXPECT_EQ(depthOf("chain of"), 1) << "the text ends before the keyword does";
}

TEST(ReasoningDepthTest, lengthAddsOneAndTwo) {
  EXPECT_EQ(depthOf("x", 1000), 1);
  EXPECT_EQ(depthOf("x", 1001), 2);
  EXPECT_EQ(depthOf("x", 3000), 2);
  EXPECT_EQ(depthOf("x", 3001), 3);
  EXPECT_EQ(depthOf("analyze and compare", 3001), 5);
}

TEST(ReasoningDepthTest, growsWithTextAndNeverLeavesOneToFive) {
  std::mt19937 random(7);
  const std::vector<std::string> pieces{"analyze ", "compare ", "step by step ", "x ", "\n", "ünal ", "debug", " ", "critique, "};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    int before = depthOf(text, 0);
    for (int i = 0; i < 12; ++i) {
      text += pieces[random() % pieces.size()] + " ";
      const auto tokens = static_cast<std::int64_t>(random() % 5000);
      const int depth = depthOf(text, 0);
      EXPECT_GE(depth, before) << "more text never makes it shallower";
      EXPECT_GE(depthOf(text, tokens + 1), depthOf(text, tokens));
      EXPECT_GE(depthOf(text, tokens), 1);
      EXPECT_LE(depthOf(text, tokens), 5);
      before = depth;
    }
  }
}

TEST(FeaturesTest, countAllTextAndLookAtTheLastUserMessage) {
  domain::Request request;
  request.messages = {{"system", "abcd"}, {"user", "analyze"}, {"assistant", "ok"}, {"user", "hello"}, {"tool", "debug compare"}};
  request.hints.latency_sla_ms = 150;
  const Features features = extract(request, TreeRules{}, false);
  EXPECT_EQ(features.input_tokens, 8) << "31 bytes together, not message by message";
  EXPECT_EQ(features.last_user, "hello");
  EXPECT_EQ(features.reasoning_depth, 1);
  EXPECT_FALSE(features.structured);
  EXPECT_THAT(features.named, testing::ElementsAre(testing::Pair("input_tokens", 8.0), testing::Pair("depth", 1.0), testing::Pair("structured", 0.0),
                                                   testing::Pair("latency_sla_ms", 150.0)));
  EXPECT_TRUE(extract(request, TreeRules{}, true).structured);
  request.structured = true;
  EXPECT_TRUE(extract(request, TreeRules{}, false).structured);
}

TEST(FeaturesTest, aRequestWithoutUserTextHasFeaturesToo) {
  const Features features = extract(domain::Request{}, TreeRules{}, false);
  EXPECT_EQ(features.input_tokens, 0);
  EXPECT_EQ(features.reasoning_depth, 1);
}

Features shaped(std::int64_t tokens, int depth, bool structured, std::optional<int> sla = {}) {
  Features features;
  features.input_tokens = tokens;
  features.reasoning_depth = depth;
  features.structured = structured;
  features.latency_sla_ms = sla;
  return features;
}

TEST(TreeTest, isThePublishedTree) {
  const TreeRules rules;
  EXPECT_EQ(treeTier(shaped(499, 2, true), rules), 0);
  EXPECT_EQ(treeTier(shaped(500, 2, true), rules), 1);
  EXPECT_EQ(treeTier(shaped(499, 3, true), rules), 1);
  EXPECT_EQ(treeTier(shaped(499, 2, false), rules), 1);
  EXPECT_EQ(treeTier(shaped(9, 4, false), rules), 2);
  EXPECT_EQ(treeTier(shaped(500, 2, true, 199), rules), 2) << "hurry leaves no room for a cascade";
  EXPECT_EQ(treeTier(shaped(500, 2, true, 200), rules), 1);
  EXPECT_EQ(treeTier(shaped(499, 2, true, 50), rules), 0) << "short and structured is quick anyway";
}

TEST(TreeTest, neverGoesDownWhenWorkGetsDeeper) {
  const TreeRules rules;
  for (const std::int64_t tokens : {1, 499, 500, 1001, 5000}) {
    for (const bool structured : {true, false}) {
      for (const auto& sla : {std::optional<int>{}, std::optional<int>{100}, std::optional<int>{1000}}) {
        for (int depth = 1; depth < 5; ++depth) {
          EXPECT_LE(treeTier(shaped(tokens, depth, structured, sla), rules), treeTier(shaped(tokens, depth + 1, structured, sla), rules));
        }
      }
    }
  }
}

}  // namespace
}  // namespace signalbox::classify
