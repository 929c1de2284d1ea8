// SPDX-License-Identifier: Apache-2.0
#include "classify/calibration_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace signalbox::classify {
namespace {

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

// Scores evenly over 0..1, right as often as `truth` says.
template <class Truth>
std::vector<GradedScore> sampleOf(std::size_t n, std::uint64_t seed, Truth truth) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<GradedScore> sample;
  for (std::size_t i = 0; i < n; ++i) {
    const double raw = uniform(random);
    sample.push_back({raw, uniform(random) < truth(raw)});
  }
  return sample;
}

double at(const CalibrationPoints& points, double raw) {
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (raw > points[i].first) continue;
    const auto [x0, y0] = points[i - 1];
    const auto [x1, y1] = points[i];
    return raw <= x0 ? y0 : y0 + (y1 - y0) * (raw - x0) / (x1 - x0);
  }
  return points.back().second;
}

void expectMonotonic(const CalibrationPoints& points) {
  for (std::size_t i = 1; i < points.size(); ++i) {
    EXPECT_GT(points[i].first, points[i - 1].first);
    EXPECT_GE(points[i].second, points[i - 1].second);
  }
}

TEST(IsotonicTest, poolsWhatViolatesTheOrder) {
  // Worked by hand: 0.2 right and 0.3 wrong pool to a half; equal scores are one pool from the start.
  const std::vector<GradedScore> sample{{0.1, false}, {0.3, false}, {0.2, true}, {0.6, true}, {0.6, false}, {0.6, true}, {0.9, true}};
  const CalibrationPoints expected{{0.1, 0}, {0.25, 0.5}, {0.6, 2.0 / 3}, {0.9, 1}};
  const auto points = fitIsotonic(sample);
  ASSERT_EQ(points.size(), expected.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    EXPECT_NEAR(points[i].first, expected[i].first, 1e-12);
    EXPECT_NEAR(points[i].second, expected[i].second, 1e-12);
  }
}

TEST(IsotonicTest, aScoreThatSpeaksAgainstItselfBecomesTheMean) {
  const std::vector<GradedScore> sample{{0.1, true}, {0.4, true}, {0.6, false}, {0.9, false}};
  const auto points = fitIsotonic(sample);
  ASSERT_EQ(points.size(), 1U);
  EXPECT_NEAR(points[0].first, 0.5, 1e-12);
  EXPECT_NEAR(points[0].second, 0.5, 1e-12);
}

TEST(IsotonicTest, findsACurveAgain) {
  const auto truth = [](double raw) { return 0.2 + 0.7 * raw * raw; };
  const auto points = fitIsotonic(sampleOf(20'000, 3, truth));
  expectMonotonic(points);
  for (double raw = 0.1; raw < 0.95; raw += 0.1) EXPECT_NEAR(at(points, raw), truth(raw), 0.05) << raw;
}

TEST(IsotonicTest, nothingGivesNothing) {
  EXPECT_TRUE(fitIsotonic({}).empty());
  EXPECT_TRUE(fitPlatt({}).empty());
}

TEST(PlattTest, findsItsOwnSigmoidAgain) {
  const auto truth = [](double raw) { return logistic(0.6 * std::log(raw / (1 - raw)) - 0.4); };
  const auto points = fitPlatt(sampleOf(20'000, 5, truth));
  expectMonotonic(points);
  for (double raw = 0.05; raw < 0.96; raw += 0.1) EXPECT_NEAR(at(points, raw), truth(raw), 0.02) << raw;
}

TEST(PlattTest, staysFiniteWhereEveryScoreIsSure) {
  std::vector<GradedScore> sample;
  for (int i = 0; i < 60; ++i) sample.push_back({i % 2 ? 1.0 : 0.0, i % 2 == 1});
  const auto points = fitPlatt(sample);
  expectMonotonic(points);
  EXPECT_LT(points.front().second, 0.05);
  EXPECT_GT(points.back().second, 0.95);
  EXPECT_LT(points.back().second, 1) << "sixty answers do not show that it never errs";
}

TEST(PlattTest, aScoreThatSpeaksAgainstItselfBecomesTheMean) {
  const auto points = fitPlatt(sampleOf(5'000, 7, [](double raw) { return 0.9 - 0.6 * raw; }));
  EXPECT_NEAR(points.front().second, 0.6, 0.03);
  EXPECT_DOUBLE_EQ(points.front().second, points.back().second);
}

}  // namespace
}  // namespace signalbox::classify
