// SPDX-License-Identifier: Apache-2.0
#include "analytics/latency_sketch.h"

#include <algorithm>
#include <cmath>

namespace signalbox::analytics {
namespace {

// Bin k holds (g^(k−1), g^k]; its middle 2 g^k ÷ (g + 1) is within 1% of all of it (DDSketch, Masson et al. 2019).
constexpr double kGamma = 1.01 / 0.99;
const double kLogGamma = std::log(kGamma);
constexpr double kShortest = 1e-3;  // one microsecond; below it everything is the same
constexpr double kLongest = 1e10;

}  // namespace

void LatencySketch::add(double ms) {
  if (std::isnan(ms)) return;
  const auto key = static_cast<std::int32_t>(std::ceil(std::log(std::clamp(ms, kShortest, kLongest)) / kLogGamma));
  auto at = std::lower_bound(bins_.begin(), bins_.end(), key, [](const Bin& bin, std::int32_t k) { return bin.key < k; });
  if (at == bins_.end() || at->key != key) at = bins_.insert(at, {key, 0});
  ++at->count;
  ++count_;
}

void LatencySketch::merge(const LatencySketch& other) {
  if (other.bins_.empty()) return;
  std::vector<Bin> merged;
  merged.reserve(bins_.size() + other.bins_.size());
  auto a = bins_.begin();
  auto b = other.bins_.begin();
  while (a != bins_.end() || b != other.bins_.end()) {
    if (b == other.bins_.end() || (a != bins_.end() && a->key < b->key)) {
      merged.push_back(*a++);
    } else if (a == bins_.end() || b->key < a->key) {
      merged.push_back(*b++);
    } else {
      merged.push_back({a->key, a->count + b->count});
      ++a, ++b;
    }
  }
  bins_ = std::move(merged);
  count_ += other.count_;
}

std::optional<double> LatencySketch::quantile(double q) const {
  if (count_ == 0) return std::nullopt;
  const auto rank = std::clamp<std::int64_t>(static_cast<std::int64_t>(std::ceil(q * static_cast<double>(count_))), 1, count_);
  std::int64_t below = 0;
  for (const Bin& bin : bins_) {
    below += bin.count;
    if (below >= rank) return 2 * std::pow(kGamma, bin.key) / (kGamma + 1);
  }
  return std::nullopt;
}

}  // namespace signalbox::analytics
