// SPDX-License-Identifier: Apache-2.0
// What each model would have made of each request, and what follows: always the cheapest, always the frontier, a random split of
// the same cost, the oracle, all beside what was really served. Unknown stays unknown. Pure.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analytics/outcome_summary.h"

namespace signalbox::analytics {

// Rows are requests in one order that all functions share; columns are models, in order of escalation (the last is the frontier).
struct OutcomeTable {
  std::vector<std::string> models;
  std::vector<std::vector<Outcome>> rows;  // rows[request][model]; REQUIRES: as many as models
};

// One outcome per row of the table. An unknown cell is an Outcome without values.
[[nodiscard]] std::vector<Outcome> alwaysModel(const OutcomeTable& table, std::size_t model);
// The model with the lowest mean known cost; nullopt when no cost is known, or none of a model before it: that may be cheaper.
[[nodiscard]] std::optional<std::size_t> cheapestModel(const OutcomeTable& table);
// The model with the highest mean known correctness, the cheaper of equals; nullopt when nothing is graded.
[[nodiscard]] std::optional<std::size_t> bestSingleModel(const OutcomeTable& table);
// Each request goes to `strong` with the one probability that makes the whole cost what `ours` did, else to `weak`: the
// expectation, not a draw. Costs are compared over the requests for which all three are known. nullopt where there are none, and
// where no probability in 0..1 does: nothing random costs more than the dearest.
struct RandomSplit {
  double strong_share = 0;
  std::vector<Outcome> outcomes;
};
[[nodiscard]] std::optional<RandomSplit> randomSplit(const OutcomeTable& table, std::size_t weak, std::size_t strong,
                                                     std::span<const Outcome> ours);
// The cheapest model that is right, for each request; where none is, the cheapest. Knows the answers: a bound, not a policy.
[[nodiscard]] std::vector<Outcome> oracle(const OutcomeTable& table);

// Mean of ours − other of the correctness, over the requests for which both are known. `sessions` names each request's session,
// resampled as a whole (empty: every request is on its own); linearised beyond 10,000 of them.
[[nodiscard]] domain::Estimate correctDifference(std::span<const Outcome> ours, std::span<const Outcome> other,
                                                 std::span<const std::string> sessions = {}, Bootstrap options = {});

}  // namespace signalbox::analytics
