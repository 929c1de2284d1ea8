// SPDX-License-Identifier: Apache-2.0
// Other ways to have answered the same prompts, computed from the outcomes file. Pure.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analytics/outcome_table.h"
#include "domain/price.h"
#include "lab/outcomes.h"
#include "lab/replay_tally.h"

namespace signalbox::lab {

// Every prompt that was answered and that every model of the ladder has a record for, once: what each model (cheapest first) would
// have scored and cost on it, and what this run did: the mean, where it was asked several times.
struct Ladder {
  analytics::OutcomeTable table;
  std::vector<analytics::Outcome> ours;
};
[[nodiscard]] Ladder ladderRows(const Outcomes& outcomes, const std::map<std::size_t, PromptSums>& prompts, const std::vector<std::string>& models,
                                const std::map<std::string, domain::Price>& prices);

// this run · always cheapest · always frontier · random at the same cost · oracle. Costs are totals of a round of the prompts, and
// unknown where the cost of one is. Empty where there are no such prompts.
[[nodiscard]] std::vector<analytics::OutcomeSummary> baselines(const Ladder& ladder);

}  // namespace signalbox::lab
