// SPDX-License-Identifier: Apache-2.0
#include "analytics/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace signalbox::analytics {
namespace {

// P(X ≤ k), X binomial(n, p), by summing its terms.
double atMost(std::int64_t k, std::int64_t n, double p) {
  double sum = 0;
  for (std::int64_t i = 0; i <= k; ++i) {
    const auto x = static_cast<double>(i), m = static_cast<double>(n);
    sum += std::exp(std::lgamma(m + 1) - std::lgamma(x + 1) - std::lgamma(m - x + 1) + x * std::log(p) + (m - x) * std::log1p(-p));
  }
  return sum;
}

using Sample = std::vector<GradedConfidence>;

// An answer of confidence c is right with probability `truth(c)`.
template <class Truth>
Sample sampleOf(std::size_t n, std::uint64_t seed, Truth truth) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  Sample sample;
  for (std::size_t i = 0; i < n; ++i) {
    const double confidence = uniform(random);
    sample.push_back({confidence, uniform(random) < truth(confidence)});
  }
  return sample;
}

TEST(ErrorUpperBoundTest, isWhereTheTestOfThatRateJustFails) {
  for (const auto& [k, n] : {std::pair(0, 10), {3, 40}, {43, 556}, {1, 2}}) {
    for (const double confidence : {0.9, 0.95, 0.99}) {
      const double bound = errorUpperBound(k, n, confidence);
      EXPECT_NEAR(atMost(k, n, bound), 1 - confidence, 1e-9) << k << " of " << n;
    }
  }
  EXPECT_NEAR(errorUpperBound(0, 59, 0.95), 1 - std::pow(0.05, 1 / 59.0), 1e-12) << "the rule of three, exactly";
  EXPECT_EQ(errorUpperBound(0, 0, 0.95), 1) << "nothing seen, nothing known";
  EXPECT_EQ(errorUpperBound(5, 5, 0.95), 1);
}

TEST(LowestThresholdTest, keepsItsPromiseOnAnswersItHasNotSeen) {
  // An answer of confidence c errs with probability 1 − c, so that a threshold t accepts with a true error of (1 − t) ÷ 2.
  const Promise promise{0.1, 0.9};
  int broken = 0, found = 0;
  constexpr int kTrials = 400;
  for (int trial = 0; trial < kTrials; ++trial) {
    const auto accepted = lowestThreshold(sampleOf(800, static_cast<std::uint64_t>(trial) + 1, [](double c) { return c; }), promise);
    if (!accepted) continue;
    ++found;
    broken += (1 - accepted->threshold) / 2 > promise.max_error ? 1 : 0;
  }
  EXPECT_GT(found, kTrials / 2);
  // Broken in at most 10% of the trials; four standard errors of 400 trials above that.
  EXPECT_LE(broken, kTrials * 0.1 + 4 * std::sqrt(kTrials * 0.1 * 0.9));
}

TEST(LowestThresholdTest, isTheLastThatPassesAndTheNextOneFails) {
  const Promise promise{0.1, 0.95};
  const auto sample = sampleOf(2'000, 11, [](double c) { return c; });
  const auto lowest = lowestThreshold(sample, promise);
  ASSERT_TRUE(lowest);
  EXPECT_LE(errorUpperBound(lowest->errors, lowest->n, promise.confidence), promise.max_error);
  const auto counted = acceptedAt(sample, lowest->threshold);
  EXPECT_EQ(counted.n, lowest->n);
  EXPECT_EQ(counted.errors, lowest->errors);
  double next = 0;
  for (const auto& one : sample) {
    if (one.confidence < lowest->threshold) next = std::max(next, one.confidence);
  }
  const auto wider = acceptedAt(sample, next);
  EXPECT_EQ(wider.n, lowest->n + 1);
  EXPECT_GT(errorUpperBound(wider.errors, wider.n, promise.confidence), promise.max_error);
}

TEST(LowestThresholdTest, saysWhenNoneQualifies) {
  EXPECT_FALSE(lowestThreshold({}, {0.1, 0.95}));
  EXPECT_FALSE(lowestThreshold(sampleOf(2'000, 3, [](double) { return 0.5; }), {0.1, 0.95}));
  // Twenty right answers cannot show 10%: one would need 29.
  EXPECT_FALSE(lowestThreshold(Sample(20, {0.99, true}), {0.1, 0.95}));
  EXPECT_TRUE(lowestThreshold(Sample(100, {0.99, true}), {0.1, 0.95}));
}

TEST(LowestThresholdTest, acceptsEqualConfidencesTogether) {
  Sample sample(200, {0.9, true});
  for (int i = 0; i < 100; ++i) sample.push_back({0.6, i % 2 == 0});
  const auto lowest = lowestThreshold(sample, {0.05, 0.95});
  ASSERT_TRUE(lowest);
  EXPECT_EQ(lowest->n, 200);
  EXPECT_DOUBLE_EQ(lowest->threshold, 0.75);
  EXPECT_EQ(lowest->of, 300);
}

TEST(FewestAcceptedTest, growsAsThePromiseDoesAndEndsWithTheSample) {
  const std::int64_t loose = fewestAccepted({0.2, 0.95}, 10'000), tight = fewestAccepted({0.02, 0.95}, 10'000);
  EXPECT_LT(loose, tight);
  EXPECT_LE(atMost(static_cast<std::int64_t>(static_cast<double>(tight) * 0.01), tight, 0.02), 0.05);
  EXPECT_EQ(fewestAccepted({1e-6, 0.95}, 500), 501);
}

TEST(ConfidenceQualityTest, knowsPerfectAndUseless) {
  Sample perfect(100, {1, true});
  perfect.insert(perfect.end(), 100, {0, false});
  const auto best = confidenceQuality(perfect);
  EXPECT_DOUBLE_EQ(best.auroc.value, 1);
  EXPECT_DOUBLE_EQ(best.brier.value, 0);
  EXPECT_DOUBLE_EQ(best.ece.value, 0);
  const auto useless = confidenceQuality(Sample{{0.7, true}, {0.7, false}, {0.7, true}, {0.7, false}});
  EXPECT_DOUBLE_EQ(useless.auroc.value, 0.5);
  EXPECT_DOUBLE_EQ(useless.brier.value, (2 * 0.09 + 2 * 0.49) / 4);
  EXPECT_NEAR(useless.ece.value, 0.2, 1e-12);
  EXPECT_NEAR(useless.aurc.value, 0.5, 1e-12);
}

TEST(ConfidenceQualityTest, areWhatTheirDefinitionsSay) {
  const auto sample = sampleOf(300, 17, [](double c) { return 0.3 + 0.6 * c; });
  double above = 0, pairs = 0;
  for (const auto& right : sample) {
    for (const auto& wrong : sample) {
      if (!right.right || wrong.right) continue;
      ++pairs;
      above += right.confidence > wrong.confidence ? 1 : 0;
    }
  }
  auto sorted = sample;
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.confidence > b.confidence; });
  double errors = 0, area = 0, ece = 0;
  for (std::size_t k = 0; k < sorted.size(); ++k) {
    errors += sorted[k].right ? 0 : 1;
    area += errors / static_cast<double>(k + 1) / 300;
  }
  for (std::size_t bin = 0; bin < 15; ++bin) {
    double gap = 0;
    for (std::size_t i = bin * 20; i < bin * 20 + 20; ++i) gap += sorted[i].confidence - (sorted[i].right ? 1 : 0);
    ece += std::abs(gap) / 300;
  }
  const auto quality = confidenceQuality(sample);
  EXPECT_NEAR(quality.auroc.value, above / pairs, 1e-12);
  EXPECT_NEAR(quality.aurc.value, area, 1e-12);
  EXPECT_NEAR(quality.ece.value, ece, 1e-12);
  for (const auto& e : {quality.ece, quality.brier, quality.auroc, quality.aurc}) {
    EXPECT_LE(e.lo, e.value);
    EXPECT_GE(e.hi, e.value);
    EXPECT_LT(e.lo, e.hi);
    EXPECT_EQ(e.n, 300);
  }
}

TEST(ConfidenceQualityTest, oneKindOfAnswerHasNoRanking) {
  EXPECT_EQ(confidenceQuality(Sample(30, {0.8, true})).auroc.n, 0) << "unknown, not 0";
  EXPECT_EQ(confidenceQuality({}).brier.n, 0);
}

TEST(RiskCoverageTest, endsWithAllAndCountsEveryRowOnce) {
  const auto sample = sampleOf(1'000, 23, [](double c) { return c; });
  const auto curve = riskCoverage(sample, 20);
  ASSERT_EQ(curve.size(), 20U);
  EXPECT_EQ(curve.front().n, 50);
  EXPECT_EQ(curve.back().n, 1'000);
  EXPECT_EQ(curve.back().threshold, 0);
  for (const auto& row : curve) EXPECT_EQ(acceptedAt(sample, row.threshold).errors, row.errors);
  const auto bins = reliability(sample);
  ASSERT_EQ(bins.size(), 15U);
  std::int64_t n = 0;
  for (const auto& bin : bins) {
    n += bin.right.n;
    EXPECT_NEAR(bin.right.value, bin.mean_confidence, 0.25);
  }
  EXPECT_EQ(n, 1'000);
}

}  // namespace
}  // namespace signalbox::analytics
