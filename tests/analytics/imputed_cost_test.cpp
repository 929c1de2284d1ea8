// SPDX-License-Identifier: Apache-2.0
#include "analytics/imputed_cost.h"

#include <gtest/gtest.h>

namespace signalbox::analytics {
namespace {

TEST(CostFitTest, findsTheShareThatGrowsWithTheQuestion) {
  CostFit fit;
  for (int tokens = 10; tokens <= 50; tokens += 10) fit.add(tokens, 3 + 0.5 * tokens);
  EXPECT_NEAR(fit.total(1, 1000).value(), 503, 1e-9);
  EXPECT_NEAR(fit.total(4, 80).value(), 4 * 3 + 0.5 * 80, 1e-9) << "of several requests together";
}

TEST(CostFitTest, neverCostsLessThanNothing) {
  CostFit falling, steep;
  for (int tokens = 10; tokens <= 50; tokens += 10) {
    falling.add(tokens, 60 - tokens);
    steep.add(tokens, tokens * tokens);
  }
  EXPECT_NEAR(falling.total(1, 10'000).value(), 30, 1e-9) << "a longer question is not cheaper: the mean";
  EXPECT_NEAR(steep.total(1, 1).value(), 1100.0 / 30, 1e-9) << "in proportion at most";
}

TEST(CostFitTest, takesTheMeanWhereAllQuestionsAreOfOneLength) {
  CostFit fit;
  fit.add(100, 1);
  fit.add(100, 3);
  EXPECT_NEAR(fit.total(1, 500).value(), 2, 1e-12);
  EXPECT_EQ(CostFit().total(1, 100), std::nullopt);
}

TEST(CostFitTest, addsUpAsIfEachHadBeenAddedAlone) {
  CostFit one, other, both;
  one.add(10, 4);
  one.add(30, 7);
  other.add(70, 9);
  both.add(one, 2);
  both.add(other, 1);
  CostFit plain;
  for (int i = 0; i < 2; ++i) plain.add(10, 4), plain.add(30, 7);
  plain.add(70, 9);
  EXPECT_EQ(both.runs(), 5);
  EXPECT_DOUBLE_EQ(both.total(3, 90).value(), plain.total(3, 90).value());
}

}  // namespace
}  // namespace signalbox::analytics
