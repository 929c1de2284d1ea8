// SPDX-License-Identifier: Apache-2.0
// What the same requests would have cost under four plain policies, from what was written down. The cost of a tier that did not
// run for a request is imputed from what it cost where it did run (analytics/imputed_cost.h), anew in every resample, so that the
// interval knows the doubt of it; its correctness is not imputed: who was sent elsewhere was sent there for a reason, so a
// difference is given only where nearly every graded request has an answer of that tier. Pure.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "analytics/intervals.h"
#include "domain/decision.h"
#include "domain/metrics.h"

namespace signalbox::analytics {

// always-frontier, best-single, all-cheapest and random-same-cost, in this order. REQUIRES: decisions with their attempts;
// `tiers` in order of escalation. Only decisions that were routed count.
[[nodiscard]] std::vector<domain::Baseline> baselines(std::span<const domain::Decision> decisions, const std::vector<std::string>& tiers,
                                                      Bootstrap options = {1, 500});

}  // namespace signalbox::analytics
