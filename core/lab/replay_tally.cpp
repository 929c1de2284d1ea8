// SPDX-License-Identifier: Apache-2.0
#include "lab/replay_tally.h"

#include <algorithm>

namespace signalbox::lab {
namespace {
constexpr std::size_t kMostKinds = 100;  // of errors: a target may word each of them differently
}

void ReplayTally::count(const ReplayResult& result) {
  ++counts.ended;
  switch (result.status) {
    case ReplayStatus::Answered: ++counts.answered; break;
    case ReplayStatus::UnknownPrompt: ++counts.unknown_prompt; break;
    case ReplayStatus::NoRecord: ++counts.no_record; break;
    case ReplayStatus::Failed: ++counts.failed; break;
    case ReplayStatus::Truncated: ++counts.truncated; break;
  }
  if (result.status == ReplayStatus::Failed || result.status == ReplayStatus::Truncated) {
    const bool known = counts.errors.size() < kMostKinds || counts.errors.contains(result.error);
    ++counts.errors[known ? result.error : "other"];
  }
  if (result.score) ++counts.graded;
  if (result.feedback_posted) ++counts.feedback_posted;
}

void ReplayTally::route(const ReplayResult& result) {
  if (result.tier.empty() || result.reason == "pinned" || !(result.cache.empty() || result.cache == "none")) return;
  ++routed_by_tier[result.tier];
  ++routed;
  if (!result.escalations) return;
  ++escalations_known;
  if (*result.escalations > 0) ++escalated;
}

void ReplayTally::add(const ReplayResult& result) {
  count(result);
  const std::pair by(result.model, result.tier);
  if (!result.model.empty() && std::ranges::find(answered_by, by) == answered_by.end()) answered_by.push_back(by);
  if (result.status != ReplayStatus::Answered) return;
  answered.add({result.score, result.cost_usd, result.latency_ms});
  if (result.ttft_ms) ttft_ms.add(*result.ttft_ms);
  route(result);
  PromptSums& prompt = prompts[result.row];
  if (result.score) prompt.score += *result.score, ++prompt.graded;
  if (result.cost_usd) prompt.cost_usd += *result.cost_usd, ++prompt.costed;
}

}  // namespace signalbox::lab
