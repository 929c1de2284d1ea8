// SPDX-License-Identifier: Apache-2.0
// Fits maps from a raw score to the probability of being right. Pure.
#pragma once
#include <span>
#include <utility>
#include <vector>

namespace signalbox::classify {

struct GradedScore {
  double raw = 0;  // 0..1
  bool right = false;
};

using CalibrationPoints = std::vector<std::pair<double, double>>;  // raw strictly ascending, probability ascending

// Isotonic regression by pooling adjacent violators (Ayer et al., Ann. Math. Stat. 26, 1955); each pool becomes one point at its
// mean score, so that the map rises between pools instead of standing still (centred isotonic regression; Oron and Flournoy,
// Stat. Biopharm. Res. 9, 2017). Empty for an empty sample.
[[nodiscard]] CalibrationPoints fitIsotonic(std::span<const GradedScore> sample);

// Platt scaling on the log odds of the score, p = 1 / (1 + exp(−a·logit(raw) − b)) with a ≥ 0, targets smoothed as Platt (1999)
// has them, solved by Newton's method with a backtracking line search (Lin, Lin and Weng, Mach. Learn. 68, 2007); given as points at
// quantiles of the sample. Empty for an empty sample.
[[nodiscard]] CalibrationPoints fitPlatt(std::span<const GradedScore> sample);

}  // namespace signalbox::classify
