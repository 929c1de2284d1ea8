// SPDX-License-Identifier: Apache-2.0
// 95% intervals. n is the count an estimate rests on; n = 0 means unknown. Pure and deterministic: randomness comes as a seed.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "domain/metrics.h"

namespace signalbox::analytics {

inline constexpr double kZ95 = 1.959963984540054;  // two-sided 95% of the normal

// A share; successes may be fractional (scores between 0 and 1). E. B. Wilson, JASA 22 (1927).
[[nodiscard]] domain::Estimate wilson(double successes, std::int64_t n);

// n, Σx, Σy, Σx², Σy², Σxy of pairs.
using Moments = std::array<double, 6>;
void addPair(Moments& moments, double x, double y, double weight = 1);
// Σx ÷ Σy by Fieller's theorem; for x, y ≥ 0. hi is infinite where Σy is not clearly above zero; nothing over nothing is unknown.
[[nodiscard]] domain::Estimate ratioFieller(const Moments& moments);
// Σx ÷ Σy with the normal interval of the linearised ratio; for many units, where resampling costs more than it tells.
[[nodiscard]] domain::Estimate ratioLinearized(std::span<const double> x, std::span<const double> y);
// Σx of such pairs with the normal interval of a sum, were as many drawn again; for x ≥ 0. hi is infinite for one pair.
[[nodiscard]] domain::Estimate totalNormal(const Moments& moments);

// Which of n ordered values (the first is 1) is the q-quantile (0 < q < 1), and between which two it lies by the binomial: no
// assumption about the distribution. lo = 0 and hi = 0: there are too few values for that end.
struct QuantileRanks {
  std::int64_t value = 0, lo = 0, hi = 0;
};
[[nodiscard]] QuantileRanks quantileRanks(std::int64_t n, double q);
// The q-quantile of `values` with that interval; infinite where there are too few values for an end. Sorts `values`.
[[nodiscard]] domain::Estimate quantileInterval(std::vector<double>& values, double q);

struct Bootstrap {
  std::uint64_t seed = 1;
  int replicates = 2000;
};
// Percentile interval of `statistic` over resamples of `units` units; it gets how often each unit was drawn and answers nullopt
// where it is not defined for that draw. value = the statistic of all units once. n = units.
[[nodiscard]] domain::Estimate bootstrap(std::size_t units,
                                         const std::function<std::optional<double>(std::span<const std::uint16_t>)>& statistic,
                                         Bootstrap options = {});
// Σx ÷ Σy over resampled units (sessions, or requests where they are independent).
[[nodiscard]] domain::Estimate bootstrapRatio(std::span<const double> x, std::span<const double> y, Bootstrap options = {});

}  // namespace signalbox::analytics
