// SPDX-License-Identifier: Apache-2.0
#include "analytics/quantile_sample.h"

#include <limits>

#include "analytics/intervals.h"

namespace signalbox::analytics {

void QuantileSample::add(double value) {
  if (sketch_.count() > 0) return sketch_.add(value);
  values_.push_back(value);
  if (values_.size() <= most_exact_) return;
  for (const double each : values_) sketch_.add(each);
  values_ = {};
}

domain::Estimate QuantileSample::quantile(double q) const {
  if (sketch_.count() == 0) {
    auto values = values_;
    return quantileInterval(values, q);
  }
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::int64_t n = sketch_.count();
  const auto ranks = quantileRanks(n, q);
  // Half a rank below the wanted one: ⌈q n⌉ is that rank, however the division rounds.
  const auto at = [&](std::int64_t rank) { return sketch_.quantile((static_cast<double>(rank) - 0.5) / static_cast<double>(n)); };
  return {at(ranks.value).value_or(0), ranks.lo > 0 ? at(ranks.lo).value_or(-infinity) : -infinity,
          ranks.hi > 0 ? at(ranks.hi).value_or(infinity) : infinity, n};
}

}  // namespace signalbox::analytics
