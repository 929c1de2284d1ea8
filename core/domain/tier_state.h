// SPDX-License-Identifier: Apache-2.0
// What is measured of tiers as a decision is made; an argument of it, so that the decision stays pure.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

namespace signalbox::domain {

struct TierState {
  std::optional<double> p95_ms;  // until there is an answer to judge; unset: too few are known
  std::int64_t n = 0;            // that it rests on
};

using TierStates = std::vector<TierState>;  // by tier; empty: nothing is known

}  // namespace signalbox::domain
