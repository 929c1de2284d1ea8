// SPDX-License-Identifier: Apache-2.0
#include "lab/statistics.h"

#include <cmath>
#include <limits>

namespace signalbox::lab {
namespace {
constexpr double kZ95 = 1.959963984540054;
}

domain::Estimate quantileInterval(std::span<const double> sorted, double q) {
  const auto n = static_cast<double>(sorted.size());
  if (sorted.empty()) return {};
  const double spread = kZ95 * std::sqrt(n * q * (1 - q));
  const auto rank = [&](double at) -> std::size_t { return static_cast<std::size_t>(std::clamp(std::ceil(at), 1.0, n)) - 1; };
  constexpr double infinite = std::numeric_limits<double>::infinity();
  const double lo = n * q - spread, hi = n * q + spread + 1;
  return {sorted[rank(n * q)], lo < 1 ? -infinite : sorted[rank(std::floor(lo))], hi > n ? infinite : sorted[rank(hi)],
          static_cast<std::int64_t>(sorted.size())};
}

domain::Estimate sumInterval(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  if (values.empty()) return {};
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  for (const double value : values) squares += (value - sum / n) * (value - sum / n);
  const double half = n > 1 ? kZ95 * std::sqrt(squares / (n - 1) * n) : std::numeric_limits<double>::infinity();
  return {sum, std::max(0.0, sum - half), sum + half, static_cast<std::int64_t>(values.size())};
}

}  // namespace signalbox::lab
