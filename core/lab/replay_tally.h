// SPDX-License-Identifier: Apache-2.0
// What the results of a replay amount to, added up as they come in: no result is kept, so that a run can go on for days.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "analytics/outcome_summary.h"
#include "lab/replay_result.h"

namespace signalbox::lab {

struct ReplayCounts {
  std::size_t ended = 0, answered = 0, unknown_prompt = 0, no_record = 0, failed = 0, truncated = 0;
  std::size_t graded = 0, feedback_posted = 0;
  std::map<std::string, std::size_t> errors;  // of a hundred kinds; what comes after them is "other"
};

// The answers to one prompt, of which there is one unless the file is gone round.
struct PromptSums {
  double score = 0, cost_usd = 0;
  std::int64_t graded = 0, costed = 0;
};

struct ReplayTally {
  void add(const ReplayResult& result);

  ReplayCounts counts;
  analytics::OutcomeSums answered;  // this includes how long they took
  analytics::QuantileSample ttft_ms;
  std::map<std::size_t, PromptSums> prompts;                      // answered ones, by row of the outcomes file
  std::vector<std::pair<std::string, std::string>> answered_by;   // model and tier, each pair once, in order
  // Reached a tier by routing: not from a cache, not learned, not pinned by its name.
  std::map<std::string, std::int64_t> routed_by_tier;
  std::int64_t routed = 0, escalations_known = 0, escalated = 0;

 private:
  void count(const ReplayResult& result);
  void route(const ReplayResult& result);
};

}  // namespace signalbox::lab
