// SPDX-License-Identifier: Apache-2.0
#include "gate/label_priors.h"

#include <algorithm>

namespace signalbox::gate {
namespace {

constexpr double kMostWeight = 2000;  // answers; what a model prefers changes with what it is asked
constexpr double kLeastMean = 1e-4;   // a label that hardly ever had any share must not be raised without bound

}  // namespace

void LabelPriors::add(const std::vector<double>& shares) {
  weight_ = std::min(weight_ + 1, kMostWeight);
  for (std::size_t i = 0; i < means_.size(); ++i) means_[i] += (shares[i] - means_[i]) / weight_;
}

double LabelPriors::corrected(const std::vector<double>& shares, std::size_t answer) const {
  double sum = 0, own = 0;
  for (std::size_t i = 0; i < means_.size(); ++i) {
    const double share = shares[i] / std::max(means_[i], kLeastMean);
    sum += share;
    if (i == answer) own = share;
  }
  return sum > 0 ? own / sum : 0.0;
}

}  // namespace signalbox::gate
