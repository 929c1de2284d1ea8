// SPDX-License-Identifier: Apache-2.0
#include "analytics/intervals.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>
#include <random>

#include "analytics/quantile_sample.h"

namespace signalbox::analytics {
namespace {

// The interval's ends are where a test of that very share just fails: solved by bisection, not by the closed form.
double wilsonEnd(double successes, double n, bool upper) {
  double inside = successes / n, outside = upper ? 1 : 0;
  for (int i = 0; i < 200; ++i) {
    const double p = (inside + outside) / 2;
    const double z = std::abs(successes / n - p) / std::sqrt(p * (1 - p) / n);
    (z < kZ95 ? inside : outside) = p;
  }
  return inside;
}

TEST(WilsonTest, invertsTheScoreTest) {
  for (const auto& [k, n] : {std::pair(1.0, 10), {5.0, 10}, {37.0, 50}, {970.0, 1000}, {2.5, 9}}) {
    const auto estimate = wilson(k, n);
    EXPECT_NEAR(estimate.lo, wilsonEnd(k, n, false), 1e-9);
    EXPECT_NEAR(estimate.hi, wilsonEnd(k, n, true), 1e-9);
    EXPECT_EQ(estimate.n, n);
  }
  EXPECT_EQ(wilson(0, 0).n, 0);
  EXPECT_EQ(wilson(0, 20).lo, 0);
  EXPECT_GT(wilson(0, 20).hi, 0.1) << "nothing seen in twenty is not never";
}

struct Sample {
  std::vector<double> cost, correct;
  Moments moments{};
};

Sample sample(std::mt19937_64& random, std::size_t n, double accuracy) {
  Sample out;
  std::exponential_distribution<double> cost(1000);
  std::bernoulli_distribution correct(accuracy);
  for (std::size_t i = 0; i < n; ++i) {
    out.cost.push_back(cost(random));
    out.correct.push_back(correct(random));
    addPair(out.moments, out.cost.back(), out.correct.back());
  }
  return out;
}

// R is inside when a z-test of mean(cost − R · correct) = 0 does not reject it: straight from the rows, end by bisection.
bool insideFieller(const Sample& s, double ratio) {
  const auto n = static_cast<double>(s.cost.size());
  double mean = 0, squares = 0;
  for (std::size_t i = 0; i < s.cost.size(); ++i) mean += (s.cost[i] - ratio * s.correct[i]) / n;
  for (std::size_t i = 0; i < s.cost.size(); ++i) squares += std::pow(s.cost[i] - ratio * s.correct[i] - mean, 2);
  return std::abs(mean) <= kZ95 * std::sqrt(squares / (n - 1) / n);
}

TEST(FiellerTest, holdsExactlyTheRatiosThatATestDoesNotReject) {
  std::mt19937_64 random(11);
  const Sample s = sample(random, 200, 0.7);
  const auto estimate = ratioFieller(s.moments);
  EXPECT_NEAR(estimate.value,
              std::accumulate(s.cost.begin(), s.cost.end(), 0.0) / std::accumulate(s.correct.begin(), s.correct.end(), 0.0),
              1e-12);
  EXPECT_TRUE(insideFieller(s, estimate.lo * 1.0001));
  EXPECT_FALSE(insideFieller(s, estimate.lo * 0.9999));
  EXPECT_TRUE(insideFieller(s, estimate.hi * 0.9999));
  EXPECT_FALSE(insideFieller(s, estimate.hi * 1.0001));
}

TEST(FiellerTest, hasNoUpperEndWhenHardlyAnythingIsCorrect) {
  Moments moments{};
  for (int i = 0; i < 10; ++i) addPair(moments, 0.001, i == 0);
  EXPECT_TRUE(std::isinf(ratioFieller(moments).hi));
  Moments none{};
  addPair(none, 0.001, 0);
  EXPECT_TRUE(std::isinf(ratioFieller(none).value));
  EXPECT_EQ(ratioFieller({}).n, 0);
}

TEST(FiellerTest, doesNotKnowWhatNothingCostsWhereNothingIsCorrect) {
  Moments free{};
  for (int i = 0; i < 5; ++i) addPair(free, 0, 0);
  EXPECT_EQ(ratioFieller(free).n, 0);
  addPair(free, 0, 1);
  EXPECT_EQ(ratioFieller(free).n, 6) << "right for nothing is known";
  EXPECT_EQ(ratioFieller(free).value, 0);
}

TEST(FiellerTest, takesWhatRoundingLeavesOfScoresForNothing) {
  Moments moments{};
  for (const double score : {0.1, 0.2}) addPair(moments, 0.001, score);
  for (const double score : {0.1, 0.2}) addPair(moments, 0.001, score, -1), addPair(moments, 0.001, 0);
  ASSERT_GT(moments[2], 0) << "the dust that this is about";
  EXPECT_TRUE(std::isinf(ratioFieller(moments).value));
}

TEST(IntervalsTest, coverTheTruthAboutNinetyFiveTimesInAHundred) {
  std::mt19937_64 random(5);
  const double truth = 0.001 / 0.6;
  int fieller = 0, resampled = 0, median = 0;
  for (int i = 0; i < 400; ++i) {
    Sample s = sample(random, 150, 0.6);
    const auto f = ratioFieller(s.moments);
    const auto b = bootstrapRatio(s.cost, s.correct, {.seed = static_cast<std::uint64_t>(i), .replicates = 400});
    const auto q = quantileInterval(s.cost, 0.5);
    fieller += f.lo <= truth && truth <= f.hi;
    resampled += b.lo <= truth && truth <= b.hi;
    median += q.lo <= std::log(2) / 1000 && std::log(2) / 1000 <= q.hi;
  }
  EXPECT_THAT(fieller, testing::AllOf(testing::Ge(366), testing::Le(394)));
  EXPECT_THAT(resampled, testing::AllOf(testing::Ge(362), testing::Le(394)));
  EXPECT_THAT(median, testing::AllOf(testing::Ge(370), testing::Le(398)));
}

TEST(IntervalsTest, agreeWithEachOtherOnManyUnits) {
  std::mt19937_64 random(8);
  const Sample s = sample(random, 4000, 0.6);
  const auto linear = ratioLinearized(s.cost, s.correct), fieller = ratioFieller(s.moments),
             resampled = bootstrapRatio(s.cost, s.correct);
  EXPECT_NEAR(linear.value, fieller.value, 1e-12);
  EXPECT_NEAR(linear.hi - linear.lo, fieller.hi - fieller.lo, 0.01 * (fieller.hi - fieller.lo));
  EXPECT_NEAR(resampled.hi - resampled.lo, fieller.hi - fieller.lo, 0.08 * (fieller.hi - fieller.lo));
}

TEST(BootstrapTest, givesTheSameForTheSameSeed) {
  const std::vector<double> x{1, 2, 3, 4, 5, 6}, y{1, 1, 0, 1, 1, 1};
  const auto a = bootstrapRatio(x, y, {.seed = 9}), b = bootstrapRatio(x, y, {.seed = 9}),
             c = bootstrapRatio(x, y, {.seed = 10, .replicates = 50});
  EXPECT_EQ(a.lo, b.lo);
  EXPECT_EQ(a.hi, b.hi);
  EXPECT_EQ(a.value, c.value);
  EXPECT_NE(a.lo, c.lo);
}

TEST(QuantileIntervalTest, hasNoEndWhereThereAreTooFewValues) {
  std::vector<double> few{3, 1, 2};
  const auto estimate = quantileInterval(few, 0.99);
  EXPECT_EQ(estimate.value, 3);
  EXPECT_TRUE(std::isinf(estimate.hi)) << "the largest of three is not a 95% end of the 99th percentile";
  EXPECT_EQ(estimate.n, 3);
  // The smallest of five is below the median with 1 − 2⁻⁵ = 96.9%: too little for 2.5% on each side; of six with 98.4%.
  std::vector<double> five{1, 2, 3, 4, 5}, six{1, 2, 3, 4, 5, 6};
  EXPECT_TRUE(std::isinf(quantileInterval(five, 0.5).lo));
  EXPECT_EQ(quantileInterval(six, 0.5).lo, 1);
  EXPECT_EQ(quantileInterval(six, 0.5).hi, 6);
}

TEST(QuantileIntervalTest, takesTheNearestOrderStatisticsOfMany) {
  std::vector<double> many(10'001);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i);
  const auto median = quantileInterval(many, 0.5);
  EXPECT_EQ(median.value, 5000);
  EXPECT_NEAR(median.lo, 5000 - 98, 2);  // z √n ÷ 2
  EXPECT_NEAR(median.hi, 5000 + 98, 2);
}

TEST(QuantileSampleTest, goesOnInASketchWhereExactWouldGrowWithoutEnd) {
  QuantileSample exact, bounded(1000);
  for (int i = 1; i <= 20'000; ++i) {
    const double value = std::fmod(i * 7919.0, 20'000) + 1;  // every value once, in no order
    exact.add(value);
    bounded.add(value);
  }
  for (const double q : {0.5, 0.95, 0.99}) {
    const auto want = exact.quantile(q), got = bounded.quantile(q);
    EXPECT_EQ(want.value, q * 20'000);
    EXPECT_EQ(got.n, 20'000);
    EXPECT_NEAR(got.value, want.value, 0.01 * want.value);
    EXPECT_NEAR(got.lo, want.lo, 0.01 * want.lo);
    EXPECT_NEAR(got.hi, want.hi, 0.01 * want.hi);
  }
  EXPECT_EQ(QuantileSample().quantile(0.5).n, 0);
}

TEST(TotalTest, isAsWideAsASumOfThatManyVaries) {
  Moments moments{};
  for (const double cost : {1.0, 2.0, 3.0, 6.0}) addPair(moments, cost, 1);
  const double half = kZ95 * std::sqrt(14.0 / 3 * 4);  // Σ(x − 3)² = 14
  const auto total = totalNormal(moments);
  EXPECT_EQ(total.value, 12);
  EXPECT_NEAR(total.lo, 12 - half, 1e-12);
  EXPECT_NEAR(total.hi, 12 + half, 1e-12);
  EXPECT_EQ(total.n, 4);
  EXPECT_EQ(totalNormal({}).n, 0);
  Moments one{};
  addPair(one, 5, 1);
  EXPECT_TRUE(std::isinf(totalNormal(one).hi));
}

}  // namespace
}  // namespace signalbox::analytics
