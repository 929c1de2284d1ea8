// SPDX-License-Identifier: Apache-2.0
// Other ways to have answered the same prompts, computed from the outcomes file. Pure.
#pragma once
#include <optional>
#include <vector>

#include "lab/replay_report.h"

namespace signalbox::lab {

// What each model of a ladder (cheapest first) would have scored and cost on one prompt.
struct LadderRow {
  std::vector<double> score;
  std::vector<std::optional<double>> cost;
  std::optional<double> spent;  // what this run paid for it
};

// Rows that every model of the ladder has a record for.
[[nodiscard]] std::vector<LadderRow> ladderRows(const Outcomes& outcomes, const std::vector<ReplayResult>& results,
                                                const std::vector<std::string>& ladder, const std::map<std::string, domain::Price>& prices);

// always cheapest · always frontier · random at the same cost · oracle (the cheapest model that is right, else the cheapest).
// A random split is a mixture of the ladder's ends with the share that costs what this run did; it is unknown where a cost is.
[[nodiscard]] std::vector<BaselineLine> baselines(const std::vector<LadderRow>& rows, const std::vector<std::string>& ladder);

}  // namespace signalbox::lab
