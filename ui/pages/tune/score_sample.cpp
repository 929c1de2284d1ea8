// SPDX-License-Identifier: GPL-3.0-only
#include "pages/tune/score_sample.h"

#include <algorithm>

namespace signalbox::ui {

void ScoreSample::take(const std::vector<domain::CommittedDecision>& decisions) {
  *this = {};
  size_ = decisions.size();
  for (const domain::CommittedDecision& committed : decisions) {
    const domain::Decision& d = committed.decision;
    if (d.complexity) complexity_[d.workload].push_back(*d.complexity);
    if (d.attempts.empty() && d.escalations > 0) whole_ = false;
    if (d.attempts.empty() && d.cache == domain::CacheKind::None) {
      if (d.confidence && !d.final_tier.empty()) confidence_[{d.workload, d.final_tier}].push_back(*d.confidence);
      continue;
    }
    for (const domain::Attempt& attempt : d.attempts) {
      if (attempt.confidence) confidence_[{d.workload, attempt.tier}].push_back(*attempt.confidence);
    }
  }
}

const std::vector<double>* ScoreSample::scoresFor(const Threshold& threshold) const {
  if (threshold.kind == Threshold::Kind::Boundary) {
    const auto found = complexity_.find(threshold.workload);
    return found == complexity_.end() ? nullptr : &found->second;
  }
  const auto found = confidence_.find({threshold.workload, threshold.tier});
  return found == confidence_.end() ? nullptr : &found->second;
}

std::vector<double> ScoreSample::histogram(const Threshold& threshold, std::size_t bins) const {
  const std::vector<double>* scores = scoresFor(threshold);
  if (!scores) return {};
  std::vector<double> counts(bins, 0);
  for (const double score : *scores) {
    const auto bin = static_cast<std::size_t>(std::clamp(score, 0.0, 1.0) * static_cast<double>(bins));
    counts[std::min(bin, bins - 1)] += 1;
  }
  return counts;
}

std::size_t ScoreSample::moving(const Threshold& threshold) const {
  const std::vector<double>* scores = scoresFor(threshold);
  if (!scores || !threshold.live) return 0;
  const auto [low, high] = std::minmax(*threshold.live, threshold.proposed);
  return static_cast<std::size_t>(
      std::count_if(scores->begin(), scores->end(), [&](double score) { return score >= low && score < high; }));
}

std::size_t ScoreSample::known(const Threshold& threshold) const {
  const std::vector<double>* scores = scoresFor(threshold);
  return scores ? scores->size() : 0;
}

}  // namespace signalbox::ui
