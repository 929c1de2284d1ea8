// SPDX-License-Identifier: Apache-2.0
#include "classify/heuristic.h"

#include <gmock/gmock.h>

namespace signalbox::classify {
namespace {

HeuristicRules builtIn() { return HeuristicRules::builtIn(); }

HeuristicScore score(const HeuristicRules& rules, const std::string& text, std::int64_t tokens = 50) {
  Features features;
  features.last_user = text;
  features.input_tokens = tokens;
  return heuristicTier(features, rules);
}

TEST(HeuristicTest, knowsTheKindsOfWorkItIsMadeFor) {
  const HeuristicRules rules = builtIn();
  struct Case { const char* text; int tier; const char* because; };
  for (const Case& c : {
           Case{"Extract the order number and date from this mail", 0, "structured extraction"},
           Case{"Classify this ticket as ACCT or BILL", 0, "structured extraction"},
           Case{"Fill in the template for a welcome mail", 0, "template"},
           Case{"What is the capital of Peru?", 0, "look-up"},
           Case{"Convert this to JSON: a=1", 0, "formatting"},
           Case{"Thanks, that works!", 0, "acknowledgement"},
           Case{"ok", 0, "acknowledgement"},
           Case{"Follow these steps and then add the totals", 1, "multi-step work with clear rules"},
           Case{"Compare the two plans", 1, "moderate analysis"},
           Case{"Translate to German: good morning", 1, "translation"},
           Case{"Summarize this paragraph", 1, "summary"},
           Case{"Not sure what I want, any ideas?", 2, "ambiguous intent"},
           Case{"Find the root cause across all services", 2, "reasoning over several entities"},
           Case{"What dosage of this medication is safe?", 2, "medical matter"},
           Case{"Should my pension go into bonds?", 2, "financial matter"},
           Case{"There is an emergency in the plant", 2, "safety-critical matter"},
           Case{"Can they sue me for this?", 2, "legal matter"},
           Case{"Write it in the style of our brand", 2, "style matching"},
       }) {
    const HeuristicScore found = score(rules, c.text);
    EXPECT_EQ(found.tier, c.tier) << c.text << " (" << found.because << ")";
    EXPECT_EQ(found.because, c.because) << c.text;
  }
}

TEST(HeuristicTest, theHighestLevelAmongWhatFitsWins) {
  EXPECT_EQ(score(builtIn(), "Extract the symptoms and translate them").tier, 2);
  EXPECT_EQ(score(builtIn(), "Extract the names and translate them").tier, 1);
}

TEST(HeuristicTest, lengthDecidesWhereNothingIsRecognised) {
  const HeuristicRules rules = builtIn();
  EXPECT_EQ(score(rules, "Blue whales", 100).tier, 0);
  EXPECT_EQ(score(rules, "Blue whales", 101).tier, 1);
  EXPECT_EQ(score(rules, "Blue whales", 2001).tier, 2);
  EXPECT_EQ(score(rules, "Blue whales", 2001).because, "nothing recognised, and 2001 input tokens are more than 2000");
}

TEST(HeuristicTest, aLongSummaryStartsOneLevelHigher) {
  const HeuristicRules rules = builtIn();
  std::string text = "Summarize this:";
  for (int i = 0; i < 498; ++i) text += " word";
  EXPECT_EQ(score(rules, text, 700).tier, 1);
  const HeuristicScore longer = score(rules, text + " word", 700);
  EXPECT_EQ(longer.tier, 2);
  EXPECT_EQ(longer.because, "summary, over 500 words");
}

TEST(HeuristicTest, recognisedWorkOverTheLongLimitStartsOneLevelHigher) {
  const HeuristicRules rules = builtIn();
  EXPECT_EQ(score(rules, "Extract all names", 2001).tier, 1);
  EXPECT_EQ(score(rules, "Extract all names", 2001).because, "structured extraction, over 2000 input tokens");
  EXPECT_EQ(score(rules, "There is an emergency", 2001).tier, 2) << "there is nothing above the last level";
}

TEST(HeuristicTest, neverGoesDownWhenTextGetsLonger) {
  const HeuristicRules rules = builtIn();
  for (const char* text : {"Extract all names", "Compare the plans", "Blue whales", "What dosage is safe?"}) {
    int before = 0;
    for (std::int64_t tokens = 1; tokens < 5000; tokens += 37) {
      const int tier = score(rules, text, tokens).tier;
      EXPECT_GE(tier, before) << text << " at " << tokens;
      before = tier;
    }
  }
}

TEST(HeuristicTest, withoutRulesOnlyLengthCounts) { EXPECT_EQ(score(HeuristicRules{}, "There is an emergency", 10).tier, 0); }

TEST(HeuristicTest, aPatternThatDoesNotCompileIsNamedAndNothingChanges) {
  HeuristicRules rules = builtIn();
  const auto refused = rules.setRules({{"bad", "(", 0, {}}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("\"(\""));
  EXPECT_EQ(rules.rules().size(), HeuristicRules::defaults().size());
}

}  // namespace
}  // namespace signalbox::classify
