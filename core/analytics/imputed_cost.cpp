// SPDX-License-Identifier: Apache-2.0
#include "analytics/imputed_cost.h"

#include <algorithm>

namespace signalbox::analytics {

void CostFit::add(double input_tokens, double cost_usd) {
  n_ += 1;
  x_ += input_tokens;
  c_ += cost_usd;
  xx_ += input_tokens * input_tokens;
  xc_ += input_tokens * cost_usd;
}

void CostFit::add(const CostFit& other, double times) {
  n_ += times * other.n_;
  x_ += times * other.x_;
  c_ += times * other.c_;
  xx_ += times * other.xx_;
  xc_ += times * other.xc_;
}

std::optional<double> CostFit::total(double requests, double input_tokens) const {
  if (n_ <= 0) return std::nullopt;
  const double spread = xx_ - x_ * x_ / n_;
  double slope = 0;
  // Questions that are all of one length tell nothing about another length.
  if (x_ > 0 && spread > 1e-9 * xx_) slope = std::clamp((xc_ - x_ * c_ / n_) / spread, 0.0, c_ / x_);
  return requests * (c_ - slope * x_) / n_ + slope * input_tokens;
}

}  // namespace signalbox::analytics
