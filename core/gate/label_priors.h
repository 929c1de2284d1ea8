// SPDX-License-Identifier: Apache-2.0
// What a model says on the whole: the mean share of each label over its answers. A small model prefers some labels whatever it is
// asked; dividing by these means takes that out, and needs no answer to be graded (contextual calibration with the running mean of
// real requests in place of a content-free input; Zhao et al., "Calibrate Before Use", 2021). A value; not thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace signalbox::gate {

class LabelPriors {
 public:
  // All labels alike to begin with, which weighs as much as one answer for each label, so that the first answers correct little.
  explicit LabelPriors(std::size_t labels) : means_(labels, labels > 0 ? 1.0 / static_cast<double>(labels) : 0.0), weight_(static_cast<double>(labels)) {}

  // One answer's shares, one for each label. The last 2,000 or so answers count, the older the less.
  void add(const std::vector<double>& shares);
  // shares[answer] ÷ means[answer], normalised over all labels; in [0, 1].
  [[nodiscard]] double corrected(const std::vector<double>& shares, std::size_t answer) const;

  [[nodiscard]] const std::vector<double>& means() const { return means_; }

 private:
  std::vector<double> means_;
  double weight_;
};

}  // namespace signalbox::gate
