// SPDX-License-Identifier: Apache-2.0
// How far a confidence can be trusted, and the gate threshold that keeps a promise about errors. Pure and deterministic.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "domain/metrics.h"

namespace signalbox::analytics {

struct GradedConfidence {
  double confidence = 0;  // 0..1
  bool right = false;
};

// The one-sided upper limit of an error rate after `errors` among `n`, exact: the largest rate under which so few errors have at
// least the probability 1 − confidence (Clopper and Pearson, Biometrika 26, 1934). 1 for n = 0.
[[nodiscard]] double errorUpperBound(std::int64_t errors, std::int64_t n, double confidence);

// n = sample size; unknown (n = 0) where the measure is not defined. Intervals: 95%, by bootstrap over answers.
struct ConfidenceQuality {
  domain::Estimate ece;    // expected calibration error in 15 bins of equal mass
  domain::Estimate brier;  // mean squared difference from 0 or 1
  domain::Estimate auroc;  // P(a right answer is ranked above a wrong one), ties half
  domain::Estimate aurc;   // area under the risk–coverage curve: mean error rate of the most confident k, over k = 1..n
};
[[nodiscard]] ConfidenceQuality confidenceQuality(std::span<const GradedConfidence> sample);
// `auroc` alone.
[[nodiscard]] domain::Estimate areaUnderRoc(std::span<const GradedConfidence> sample);

// One bin of a reliability diagram: equal mass, ascending; equal confidences are never parted.
struct ReliabilityBin {
  double mean_confidence = 0;
  domain::Estimate right;  // share, Wilson
};
[[nodiscard]] std::vector<ReliabilityBin> reliability(std::span<const GradedConfidence> sample, std::size_t bins = 15);

// What a threshold accepts: confidence ≥ threshold.
struct Accepted {
  double threshold = 0;  // half way to the next lower confidence; 0 when everything is accepted
  std::int64_t n = 0;
  std::int64_t errors = 0;
  std::int64_t of = 0;
  [[nodiscard]] domain::Estimate coverage() const;  // n ÷ of, Wilson
  [[nodiscard]] domain::Estimate error() const;     // errors ÷ n, Wilson
};
[[nodiscard]] Accepted acceptedAt(std::span<const GradedConfidence> sample, double threshold);
// The risk–coverage curve at about `rows` evenly spaced coverages, the smallest first, all of the sample last.
[[nodiscard]] std::vector<Accepted> riskCoverage(std::span<const GradedConfidence> sample, std::size_t rows = 20);

struct Promise {
  double max_error = 0;      // 0 < … < 1: ε
  double confidence = 0.95;  // 1 − δ
};
// How many answers must at least be accepted before a threshold is tried: so many that an error rate of half of what is promised
// would pass. Looks at no label, so that the sequence below is fixed before one is seen. `most` + 1 when it takes more than `most`.
[[nodiscard]] std::int64_t fewestAccepted(const Promise& promise, std::int64_t most);
// The lowest threshold whose accepted answers err at most at the promised rate, by fixed-sequence testing: thresholds from the
// highest down, each tested at level δ by the exact binomial bound, until the first that fails; the one before it is the answer.
// Testing in a fixed order costs no correction for their number (Angelopoulos et al., "Learn then test", Ann. Appl. Stat. 19, 2025).
// nullopt when no threshold qualifies.
[[nodiscard]] std::optional<Accepted> lowestThreshold(std::span<const GradedConfidence> sample, const Promise& promise);

}  // namespace signalbox::analytics
