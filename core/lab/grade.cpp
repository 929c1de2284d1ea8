// SPDX-License-Identifier: Apache-2.0
#include "base/strings.h"
#include "lab/replay_result.h"

namespace signalbox::lab {

std::optional<double> grade(Grading grading, const OutcomeRow& row, const ReplayResult& result) {
  if (result.status != ReplayStatus::Answered) return std::nullopt;
  if (grading == Grading::Record) {
    const Record* record = row.record(result.model);
    return record ? std::optional(record->correct) : std::nullopt;
  }
  if (!row.answer) return std::nullopt;
  return trim(result.text) == trim(*row.answer) ? 1.0 : 0.0;
}

}  // namespace signalbox::lab
