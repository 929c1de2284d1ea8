// SPDX-License-Identifier: GPL-3.0-only
#include "models/control_limits.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace signalbox::ui {

namespace {
constexpr std::size_t kFewest = 8;
constexpr double kMovingRangeToSigma = 1.128;  // d2 for ranges of two
constexpr double kSigmas = 3;
}  // namespace

std::optional<PChart> laneyChart(const std::vector<ShareSample>& samples) {
  double parts = 0, wholes = 0;
  std::size_t count = 0;
  for (const ShareSample& sample : samples) {
    parts += static_cast<double>(sample.part);
    wholes += static_cast<double>(sample.whole);
    count += sample.whole > 0 ? 1 : 0;
  }
  if (count < kFewest || parts == 0 || parts == wholes) return std::nullopt;
  PChart chart;
  chart.centre = parts / wholes;
  const auto sigma = [&](const ShareSample& sample) {
    return std::sqrt(chart.centre * (1 - chart.centre) / static_cast<double>(sample.whole));
  };
  double ranges = 0, last = 0;
  bool first = true;
  for (const ShareSample& sample : samples) {
    if (sample.whole == 0) continue;
    const double z = (static_cast<double>(sample.part) / static_cast<double>(sample.whole) - chart.centre) / sigma(sample);
    if (!first) ranges += std::abs(z - last);
    last = z;
    first = false;
  }
  const double sigma_z = ranges / static_cast<double>(count - 1) / kMovingRangeToSigma;
  for (const ShareSample& sample : samples) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double width = sample.whole > 0 ? kSigmas * sigma(sample) * sigma_z : nan;
    chart.lower.push_back(sample.whole > 0 ? std::max(0.0, chart.centre - width) : nan);
    chart.upper.push_back(sample.whole > 0 ? std::min(1.0, chart.centre + width) : nan);
  }
  return chart;
}

}  // namespace signalbox::ui
