// SPDX-License-Identifier: Apache-2.0
#include "classify/calibration_fit.h"

#include <algorithm>
#include <cmath>

namespace signalbox::classify {
namespace {

// Scores of exactly 0 and 1 have no log odds.
constexpr double kNearest = 1e-6;

double logOdds(double p) {
  const double inside = std::clamp(p, kNearest, 1 - kNearest);
  return std::log(inside / (1 - inside));
}

double logistic(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

std::vector<GradedScore> ascending(std::span<const GradedScore> sample) {
  std::vector<GradedScore> sorted(sample.begin(), sample.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.raw < b.raw; });
  return sorted;
}

struct Pool {
  double scores = 0;  // sum of raw
  double right = 0;
  double n = 0;
  [[nodiscard]] double share() const { return right / n; }
  void add(const Pool& other) { scores += other.scores, right += other.right, n += other.n; }
};

// The two parameters of Platt's sigmoid.
class Sigmoid {
 public:
  explicit Sigmoid(std::span<const GradedScore> sample) {
    double right = 0;
    for (const auto& one : sample) right += one.right ? 1 : 0;
    const double wrong = static_cast<double>(sample.size()) - right;
    for (const auto& one : sample) {
      at_.push_back(logOdds(one.raw));
      target_.push_back(one.right ? (right + 1) / (right + 2) : 1 / (wrong + 2));
    }
    b_ = std::log((right + 1) / (wrong + 1));
    solve();
    if (a_ >= 0) return;
    // A score that speaks against itself is not turned round: nothing is known from it but the mean.
    a_ = 0;
    b_ = std::log((right + 1) / (wrong + 1));
  }

  [[nodiscard]] double operator()(double raw) const { return logistic(a_ * logOdds(raw) + b_); }

 private:
  [[nodiscard]] double loss(double a, double b) const {
    double sum = 0;
    for (std::size_t i = 0; i < at_.size(); ++i) {
      const double x = a * at_[i] + b;
      // log(1 + e^x) − t·x without overflow.
      sum += std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))) - target_[i] * x;
    }
    return sum;
  }

  void solve() {
    constexpr int kMostSteps = 100;
    constexpr double kRidge = 1e-12, kEnough = 1e-9;
    double now = loss(a_, b_);
    for (int step = 0; step < kMostSteps; ++step) {
      double haa = kRidge, hbb = kRidge, hab = 0, ga = 0, gb = 0;
      for (std::size_t i = 0; i < at_.size(); ++i) {
        const double p = logistic(a_ * at_[i] + b_), weight = p * (1 - p), off = p - target_[i];
        haa += at_[i] * at_[i] * weight;
        hab += at_[i] * weight;
        hbb += weight;
        ga += at_[i] * off;
        gb += off;
      }
      if (std::abs(ga) < kEnough && std::abs(gb) < kEnough) return;
      const double determinant = haa * hbb - hab * hab;
      if (!(determinant > 0)) return;
      const double da = -(hbb * ga - hab * gb) / determinant, db = -(haa * gb - hab * ga) / determinant;
      double length = 1;
      for (; length > 1e-10; length /= 2) {
        const double next = loss(a_ + length * da, b_ + length * db);
        if (next > now + 1e-4 * length * (ga * da + gb * db)) continue;
        a_ += length * da;
        b_ += length * db;
        now = next;
        break;
      }
      if (length <= 1e-10) return;
    }
  }

  std::vector<double> at_, target_;
  double a_ = 0;
  double b_ = 0;
};

}  // namespace

CalibrationPoints fitIsotonic(std::span<const GradedScore> sample) {
  // Equal scores are one pool from the start: a map cannot tell them apart.
  std::vector<Pool> ties;
  double last = -1;
  for (const auto& one : ascending(sample)) {
    if (ties.empty() || one.raw != last) ties.emplace_back();
    ties.back().add({one.raw, one.right ? 1.0 : 0.0, 1});
    last = one.raw;
  }
  std::vector<Pool> pools;
  for (const auto& tie : ties) {
    pools.push_back(tie);
    while (pools.size() > 1 && pools[pools.size() - 2].share() >= pools.back().share()) {
      const Pool violator = pools.back();
      pools.pop_back();
      pools.back().add(violator);
    }
  }
  CalibrationPoints points;
  for (const auto& pool : pools) {
    const double at = std::clamp(pool.scores / pool.n, 0.0, 1.0);
    // Means of neighbouring pools may round to one number.
    if (points.empty() || at > points.back().first) points.emplace_back(at, pool.share());
  }
  return points;
}

CalibrationPoints fitPlatt(std::span<const GradedScore> sample) {
  if (sample.empty()) return {};
  constexpr std::size_t kPieces = 64;
  const auto sorted = ascending(sample);
  const Sigmoid sigmoid(sample);
  CalibrationPoints points;
  for (std::size_t i = 0; i <= kPieces; ++i) {
    const double raw = sorted[(sorted.size() - 1) * i / kPieces].raw;
    if (points.empty() || raw > points.back().first) points.emplace_back(raw, sigmoid(raw));
  }
  return points;
}

}  // namespace signalbox::classify
