// SPDX-License-Identifier: Apache-2.0
// What a tier's answer would have cost for a request that the tier did not run for, told from nothing but what is known before
// an answer: how long the question is. The answers of other models say nothing about it, since models differ in length. Pure.
#pragma once
#include <optional>

namespace signalbox::analytics {

// A least-squares line through (input tokens, cost) of the answers that the tier gave. It is held between two plain cases: a cost
// that does not depend on the question, and one in proportion to it; so no cost is below zero. Sums only: fits can be added up.
class CostFit {
 public:
  void add(double input_tokens, double cost_usd);
  void add(const CostFit& other, double times);
  [[nodiscard]] double runs() const { return n_; }
  // Of so many requests with so many input tokens together; nullopt where the tier ran for none.
  [[nodiscard]] std::optional<double> total(double requests, double input_tokens) const;

 private:
  double n_ = 0, x_ = 0, c_ = 0, xx_ = 0, xc_ = 0;
};

}  // namespace signalbox::analytics
