// SPDX-License-Identifier: Apache-2.0
#include "analytics/calibration.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

#include "analytics/intervals.h"

namespace signalbox::analytics {
namespace {

std::vector<GradedConfidence> descending(std::span<const GradedConfidence> sample) {
  std::vector<GradedConfidence> sorted(sample.begin(), sample.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.confidence > b.confidence; });
  return sorted;
}

// Every threshold that accepts another set, from the highest down. Equal confidences are accepted together.
std::vector<Accepted> everyThreshold(std::span<const GradedConfidence> sample) {
  const auto sorted = descending(sample);
  std::vector<Accepted> all;
  Accepted now;
  now.of = static_cast<std::int64_t>(sorted.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    ++now.n;
    now.errors += sorted[i].right ? 0 : 1;
    const bool last = i + 1 == sorted.size();
    if (!last && sorted[i + 1].confidence == sorted[i].confidence) continue;
    now.threshold = last ? 0 : (sorted[i].confidence + sorted[i + 1].confidence) / 2;
    // Neighbours one rounding apart have no number between them.
    if (!last && now.threshold <= sorted[i + 1].confidence) now.threshold = sorted[i].confidence;
    all.push_back(now);
  }
  return all;
}

// Whether so few errors would be rarer than 1 − confidence under an error rate of max_error: the bound is below it then.
bool keeps(const Promise& promise, std::int64_t errors, std::int64_t n) {
  if (errors >= n) return false;
  const double as_few = boost::math::ibetac(static_cast<double>(errors + 1), static_cast<double>(n - errors), promise.max_error);
  return as_few <= 1 - promise.confidence;
}

// The measures of a resample: `drawn[i]` says how often the i-th of `sorted` (ascending) was drawn.
class Resample {
 public:
  Resample(std::span<const GradedConfidence> ascending, std::span<const std::uint16_t> drawn) : sample_(ascending), drawn_(drawn) {
    for (std::size_t i = 0; i < sample_.size(); ++i) {
      n_ += drawn_[i];
      right_ += sample_[i].right ? drawn_[i] : 0;
    }
  }

  [[nodiscard]] std::optional<double> brier() const {
    double sum = 0;
    for (std::size_t i = 0; i < sample_.size(); ++i) sum += drawn_[i] * std::pow(sample_[i].confidence - (sample_[i].right ? 1 : 0), 2);
    return sum / n_;
  }

  [[nodiscard]] std::optional<double> auroc() const {
    const double wrong = n_ - right_;
    if (right_ == 0 || wrong == 0) return std::nullopt;
    double above = 0, wrong_below = 0;
    eachTie([&](double tied_right, double tied_wrong, double) {
      above += tied_right * (wrong_below + tied_wrong / 2);
      wrong_below += tied_wrong;
    });
    return above / (right_ * wrong);
  }

  [[nodiscard]] std::optional<double> ece(std::size_t bins) const {
    double gap = 0, mass = 0, confidence = 0, right = 0, before = 0;
    const auto close = [&] {
      if (mass > 0) gap += std::abs(confidence - right);
      mass = confidence = right = 0;
    };
    eachTie([&](double tied_right, double tied_wrong, double value) {
      mass += tied_right + tied_wrong;
      before += tied_right + tied_wrong;
      confidence += (tied_right + tied_wrong) * value;
      right += tied_right;
      if (mass >= n_ / static_cast<double>(bins) - 1e-9 || before == n_) close();
    });
    close();
    return gap / n_;
  }

  // From the most confident down; ties share their mean, as every order of them is equally likely.
  [[nodiscard]] std::optional<double> aurc() const {
    double accepted = 0, errors = 0, area = 0;
    for (std::size_t end = sample_.size(); end > 0;) {
      double right = 0, wrong = 0;
      const double value = sample_[end - 1].confidence;
      for (; end > 0 && sample_[end - 1].confidence == value; --end) (sample_[end - 1].right ? right : wrong) += drawn_[end - 1];
      const double tied = right + wrong;
      for (double k = 1; k <= tied; ++k) area += (errors + wrong * k / tied) / (accepted + k);
      accepted += tied;
      errors += wrong;
    }
    return area / n_;
  }

 private:
  template <class Each>
  void eachTie(const Each& each) const {
    for (std::size_t i = 0; i < sample_.size();) {
      double right = 0, wrong = 0;
      const double value = sample_[i].confidence;
      for (; i < sample_.size() && sample_[i].confidence == value; ++i) (sample_[i].right ? right : wrong) += drawn_[i];
      if (right + wrong > 0) each(right, wrong, value);
    }
  }

  std::span<const GradedConfidence> sample_;
  std::span<const std::uint16_t> drawn_;
  double n_ = 0;
  double right_ = 0;
};

// A resample is less calibrated than what it was drawn from, so the interval is turned about the value (the basic bootstrap;
// Davison and Hinkley, Bootstrap Methods, 1997, 5.2).
domain::Estimate turned(domain::Estimate e) {
  if (e.n == 0) return e;
  return {e.value, std::clamp(2 * e.value - e.hi, 0.0, e.value), std::clamp(2 * e.value - e.lo, e.value, 1.0), e.n};
}

}  // namespace

double errorUpperBound(std::int64_t errors, std::int64_t n, double confidence) {
  if (n <= 0 || errors >= n) return 1;
  return boost::math::ibeta_inv(static_cast<double>(errors + 1), static_cast<double>(n - errors), confidence);
}

domain::Estimate Accepted::coverage() const { return wilson(static_cast<double>(n), of); }
domain::Estimate Accepted::error() const { return wilson(static_cast<double>(errors), n); }

namespace {

template <class Read>
domain::Estimate measure(const std::vector<GradedConfidence>& ascending, Read read) {
  return bootstrap(ascending.size(), [&](std::span<const std::uint16_t> drawn) -> std::optional<double> { return read(Resample(ascending, drawn)); });
}

std::vector<GradedConfidence> ascendingOf(std::span<const GradedConfidence> sample) {
  std::vector<GradedConfidence> ascending = descending(sample);
  std::reverse(ascending.begin(), ascending.end());
  return ascending;
}

domain::Estimate aurocOf(const std::vector<GradedConfidence>& ascending) {
  auto auroc = measure(ascending, [](const Resample& r) { return r.auroc(); });
  auroc.hi = std::min(auroc.hi, 1.0);  // open where a resample had answers of one kind only
  return auroc;
}

}  // namespace

ConfidenceQuality confidenceQuality(std::span<const GradedConfidence> sample) {
  constexpr std::size_t kBins = 15;
  ConfidenceQuality quality;
  if (sample.empty()) return quality;
  const auto ascending = ascendingOf(sample);
  quality.ece = turned(measure(ascending, [](const Resample& r) { return r.ece(kBins); }));
  quality.brier = measure(ascending, [](const Resample& r) { return r.brier(); });
  quality.auroc = aurocOf(ascending);
  quality.aurc = measure(ascending, [](const Resample& r) { return r.aurc(); });
  return quality;
}

domain::Estimate areaUnderRoc(std::span<const GradedConfidence> sample) { return sample.empty() ? domain::Estimate{} : aurocOf(ascendingOf(sample)); }

std::vector<ReliabilityBin> reliability(std::span<const GradedConfidence> sample, std::size_t bins) {
  const auto ascending = ascendingOf(sample);
  const double mass = static_cast<double>(ascending.size()) / static_cast<double>(bins);
  std::vector<ReliabilityBin> out;
  double confidence = 0, right = 0;
  std::int64_t n = 0;
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    confidence += ascending[i].confidence;
    right += ascending[i].right ? 1 : 0;
    ++n;
    const bool last = i + 1 == ascending.size();
    if (!last && (static_cast<double>(n) < mass - 1e-9 || ascending[i + 1].confidence == ascending[i].confidence)) continue;
    out.push_back({confidence / static_cast<double>(n), wilson(right, n)});
    confidence = right = 0;
    n = 0;
  }
  return out;
}

Accepted acceptedAt(std::span<const GradedConfidence> sample, double threshold) {
  Accepted out;
  out.threshold = threshold;
  for (const auto& one : sample) {
    ++out.of;
    if (one.confidence < threshold) continue;
    ++out.n;
    out.errors += one.right ? 0 : 1;
  }
  return out;
}

std::vector<Accepted> riskCoverage(std::span<const GradedConfidence> sample, std::size_t rows) {
  std::vector<Accepted> out;
  const double step = static_cast<double>(sample.size()) / static_cast<double>(rows);
  double due = step;
  for (const auto& one : everyThreshold(sample)) {
    if (static_cast<double>(one.n) < due - 1e-9 && one.n < one.of) continue;
    out.push_back(one);
    while (due <= static_cast<double>(one.n) + 1e-9) due += step;
  }
  return out;
}

std::int64_t fewestAccepted(const Promise& promise, std::int64_t most) {
  std::int64_t n = 1;
  while (n <= most && !keeps(promise, static_cast<std::int64_t>(static_cast<double>(n) * promise.max_error / 2), n)) ++n;
  return n;
}

std::optional<Accepted> lowestThreshold(std::span<const GradedConfidence> sample, const Promise& promise) {
  const std::int64_t fewest = fewestAccepted(promise, static_cast<std::int64_t>(sample.size()));
  std::optional<Accepted> lowest;
  for (const auto& one : everyThreshold(sample)) {
    if (one.n < fewest) continue;
    if (!keeps(promise, one.errors, one.n)) break;
    lowest = one;
  }
  return lowest;
}

}  // namespace signalbox::analytics
