// SPDX-License-Identifier: Apache-2.0
#include "analytics/intervals.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace signalbox::analytics {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// P(X ≤ k), X binomial(n, q): the normal approximation with continuity correction above, exact below.
double binomialCdf(std::int64_t k, std::int64_t n, double q) {
  if (k < 0) return 0;
  if (k >= n) return 1;
  if (n > 2000)
    return 0.5 *
        std::erfc(-(static_cast<double>(k) + 0.5 - static_cast<double>(n) * q) /
                  std::sqrt(2 * static_cast<double>(n) * q * (1 - q)));
  const auto total = static_cast<double>(n);
  double sum = 0;
  for (std::int64_t i = 0; i <= k; ++i) {
    const auto at = static_cast<double>(i);
    sum += std::exp(std::lgamma(total + 1) - std::lgamma(at + 1) - std::lgamma(total - at + 1) + at * std::log(q) +
                    (total - at) * std::log1p(-q));
  }
  return std::min(sum, 1.0);
}

}  // namespace

domain::Estimate wilson(double successes, std::int64_t n) {
  if (n <= 0) return {};
  const auto count = static_cast<double>(n);
  const double p = successes / count, z2 = kZ95 * kZ95;
  const double centre = (p + z2 / (2 * count)) / (1 + z2 / count);
  const double half = kZ95 / (1 + z2 / count) * std::sqrt(p * (1 - p) / count + z2 / (4 * count * count));
  return {p, p <= 0 ? 0 : std::max(0.0, centre - half), p >= 1 ? 1 : std::min(1.0, centre + half), n};
}

void addPair(Moments& moments, double x, double y, double weight) {
  moments[0] += weight;
  moments[1] += weight * x;
  moments[2] += weight * y;
  moments[3] += weight * x * x;
  moments[4] += weight * y * y;
  moments[5] += weight * x * y;
}

domain::Estimate ratioFieller(const Moments& moments) {
  const auto [n, sx, sy, sxx, syy, sxy] = moments;
  const auto count = static_cast<std::int64_t>(std::llround(n));
  if (count <= 0) return {};
  // Scores that were taken out again leave dust of rounding in the sum.
  constexpr double kDust = 1e-9;
  if (sy < kDust) return sx > 0 ? domain::Estimate{kInfinity, 0, kInfinity, count} : domain::Estimate{};
  const double x = sx / n, y = sy / n, ratio = sx / sy;
  if (count < 2) return {ratio, 0, kInfinity, count};
  // Variances and covariance of the two means.
  const double scale = 1 / (n * (n - 1));
  const double vxx = std::max(0.0, (sxx - n * x * x) * scale), vyy = std::max(0.0, (syy - n * y * y) * scale);
  const double vxy = (sxy - n * x * y) * scale, z2 = kZ95 * kZ95;
  // All R with (x − R y)² ≤ z² (vxx − 2 R vxy + R² vyy).
  const double a = y * y - z2 * vyy, b = x * y - z2 * vxy, c = x * x - z2 * vxx;
  const double discriminant = b * b - a * c;
  if (a > 0) {
    const double root = std::sqrt(std::max(0.0, discriminant));
    return {ratio, std::max(0.0, (b - root) / a), (b + root) / a, count};
  }
  const double upper_branch = discriminant > 0 && a < 0 ? (b - std::sqrt(discriminant)) / a : 0;
  return {ratio, std::clamp(upper_branch, 0.0, ratio), kInfinity, count};
}

domain::Estimate ratioLinearized(std::span<const double> x, std::span<const double> y) {
  double sx = 0, sy = 0, residuals = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sx += x[i], sy += y[i];
  if (x.empty() || sy == 0) return {};
  const double ratio = sx / sy;
  for (std::size_t i = 0; i < x.size(); ++i) residuals += (x[i] - ratio * y[i]) * (x[i] - ratio * y[i]);
  const auto n = static_cast<double>(x.size());
  const double half = x.size() < 2 ? kInfinity : kZ95 * std::sqrt(residuals * n / (n - 1)) / std::abs(sy);
  return {ratio, ratio - half, ratio + half, static_cast<std::int64_t>(x.size())};
}

domain::Estimate totalNormal(const Moments& moments) {
  const auto [n, sx, sy, sxx, syy, sxy] = moments;
  const auto count = static_cast<std::int64_t>(std::llround(n));
  if (count <= 0) return {};
  const double half = count < 2 ? kInfinity : kZ95 * std::sqrt(std::max(0.0, sxx - sx * sx / n) / (n - 1) * n);
  return {sx, std::max(0.0, sx - half), sx + half, count};
}

QuantileRanks quantileRanks(std::int64_t n, double q) {
  if (n <= 0) return {};
  const auto rank = std::clamp<std::int64_t>(static_cast<std::int64_t>(std::ceil(q * static_cast<double>(n))), 1, n);
  // The largest l with P(X < l) ≤ 2.5% and the smallest u with P(X < u) ≥ 97.5%, X values below the quantile.
  const auto isLow = [&](std::int64_t at) { return binomialCdf(at - 1, n, q) <= 0.025; };
  const auto isHigh = [&](std::int64_t at) { return binomialCdf(at - 1, n, q) >= 0.975; };
  std::int64_t low = 0, high = n + 1;
  for (auto step = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(n))); step > 0; step /= 2) {
    if (low + step <= rank && isLow(low + step)) low += step;
    if (high - step >= rank && isHigh(high - step)) high -= step;
  }
  return {rank, low, high > n ? 0 : high};
}

domain::Estimate quantileInterval(std::vector<double>& values, double q) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto n = static_cast<std::int64_t>(values.size());
  const auto ranks = quantileRanks(n, q);
  const auto at = [&](std::int64_t rank) { return values[static_cast<std::size_t>(rank - 1)]; };
  return {at(ranks.value), ranks.lo > 0 ? at(ranks.lo) : -kInfinity, ranks.hi > 0 ? at(ranks.hi) : kInfinity, n};
}

domain::Estimate bootstrap(std::size_t units,
                           const std::function<std::optional<double>(std::span<const std::uint16_t>)>& statistic,
                           Bootstrap options) {
  if (units == 0) return {};
  std::vector<std::uint16_t> draws(units, 1);
  const auto value = statistic(draws);
  if (!value) return {};
  std::mt19937_64 random(options.seed);
  std::vector<double> results;
  results.reserve(static_cast<std::size_t>(options.replicates));
  for (int i = 0; i < options.replicates; ++i) {
    std::fill(draws.begin(), draws.end(), std::uint16_t{0});
    for (std::size_t k = 0; k < units; ++k) {
      // By multiplication: the same numbers on every platform, unlike uniform_int_distribution. units < 2^32.
      ++draws[static_cast<std::size_t>(((random() >> 32) * units) >> 32)];
    }
    if (const auto result = statistic(draws)) results.push_back(*result);
  }
  if (results.empty()) return {*value, -kInfinity, kInfinity, static_cast<std::int64_t>(units)};
  std::sort(results.begin(), results.end());
  const auto at = [&](double q) { return results[static_cast<std::size_t>(q * static_cast<double>(results.size() - 1))]; };
  // A draw on which the ratio is not defined could be anything above.
  const bool open = results.size() < static_cast<std::size_t>(options.replicates);
  return {*value, at(0.025), open ? kInfinity : at(0.975), static_cast<std::int64_t>(units)};
}

domain::Estimate bootstrapRatio(std::span<const double> x, std::span<const double> y, Bootstrap options) {
  return bootstrap(
      x.size(),
      [&](std::span<const std::uint16_t> draws) -> std::optional<double> {
        double sx = 0, sy = 0;
        for (std::size_t i = 0; i < draws.size(); ++i) {
          sx += draws[i] * x[i];
          sy += draws[i] * y[i];
        }
        if (sy == 0) return std::nullopt;
        return sx / sy;
      },
      options);
}

}  // namespace signalbox::analytics
