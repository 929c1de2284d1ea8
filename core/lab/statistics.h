// SPDX-License-Identifier: Apache-2.0
// The intervals of replay's table that analytics does not have: 95% each. Pure.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "domain/metrics.h"

namespace signalbox::lab {

// The q-quantile (nearest rank) of `sorted` with the distribution-free interval between order statistics; lo and hi are
// infinite where there are too few values to say. REQUIRES: ascending.
[[nodiscard]] domain::Estimate quantileInterval(std::span<const double> sorted, double q);
// Σ values, were as many drawn again: n·mean ± 1.96·s·√n.
[[nodiscard]] domain::Estimate sumInterval(std::span<const double> values);

}  // namespace signalbox::lab
