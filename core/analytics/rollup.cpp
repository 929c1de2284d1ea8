// SPDX-License-Identifier: Apache-2.0
#include "analytics/rollup.h"

#include <algorithm>

namespace signalbox::analytics {
namespace {

using domain::CacheKind;
using domain::Outcome;
using domain::Reason;

domain::Percentiles percentiles(const LatencySketch& sketch) {
  return {sketch.quantile(0.50), sketch.quantile(0.95), sketch.quantile(0.99)};
}

}  // namespace

bool isRouted(const domain::Decision& d) {
  if (d.cache != CacheKind::None || d.outcome == Outcome::Shed) return false;
  if (d.reason == Reason::Pinned || d.reason == Reason::Cache || d.reason == Reason::Learned) return false;
  // Refused at the door: no tier was chosen, or none could be called.
  return !d.final_tier.empty() || (!d.start_tier.empty() && d.reason != Reason::Unavailable);
}

void Rollup::add(const domain::Decision& d) {
  newest = std::max(newest, d.ts);
  ++sums.requests;
  if (d.cache == CacheKind::Exact || d.cache == CacheKind::Semantic) ++sums.cached;
  if (d.cache == CacheKind::Learned || d.reason == Reason::Learned) ++sums.learned;
  if (d.outcome == Outcome::Error || d.outcome == Outcome::Truncated) ++sums.errors;
  if (d.cost_usd) {
    sums.cost_usd += *d.cost_usd;
    ++sums.cost_known;
  }
  for (const domain::Attempt& attempt : d.attempts) {
    if (attempt.role == domain::AttemptRole::Shadow) sums.shadow_usd += attempt.cost_usd.value_or(0);
  }
  if (isRouted(d)) {
    ++sums.routed;
    if (d.escalations > 0) ++sums.escalated;
    if (!d.final_tier.empty()) {
      domain::TierShare& tier = sums.tiers[d.final_tier];
      ++tier.requests;
      tier.cost_usd += d.cost_usd.value_or(0);
      if (d.cost_usd) ++tier.cost_known;
    }
  }
  if (d.latency_ms) latency.add(*d.latency_ms);
  if (d.ttft_ms) ttft.add(*d.ttft_ms);
  regrade(d.cost_usd, std::nullopt, d.score);
}

void Rollup::regrade(std::optional<double> cost_usd, std::optional<double> before, std::optional<double> after) {
  const auto count = [&](double score, int sign) {
    sums.graded += sign;
    sums.correct += sign * score;
    if (cost_usd) addPair(moments, *cost_usd, score, sign);
  };
  if (before) count(*before, -1);
  if (after) count(*after, +1);
}

void Rollup::merge(const Rollup& other) {
  newest = std::max(newest, other.newest);
  sums.requests += other.sums.requests;
  sums.routed += other.sums.routed;
  sums.escalated += other.sums.escalated;
  sums.errors += other.sums.errors;
  sums.cached += other.sums.cached;
  sums.learned += other.sums.learned;
  sums.graded += other.sums.graded;
  sums.correct += other.sums.correct;
  sums.cost_usd += other.sums.cost_usd;
  sums.cost_known += other.sums.cost_known;
  sums.shadow_usd += other.sums.shadow_usd;
  for (const auto& [name, tier] : other.sums.tiers) {
    domain::TierShare& mine = sums.tiers[name];
    mine.requests += tier.requests;
    mine.cost_usd += tier.cost_usd;
    mine.cost_known += tier.cost_known;
  }
  latency.merge(other.latency);
  ttft.merge(other.ttft);
  for (std::size_t i = 0; i < moments.size(); ++i) moments[i] += other.moments[i];
}

domain::MetricsBucket Rollup::report() const {
  domain::MetricsBucket bucket = sums;
  bucket.since = since;
  bucket.until = until;
  bucket.latency_ms = percentiles(latency);
  bucket.ttft_ms = percentiles(ttft);
  bucket.escalation_rate = wilson(static_cast<double>(sums.escalated), sums.routed);
  bucket.error_rate = wilson(static_cast<double>(sums.errors), sums.requests);
  bucket.accuracy = wilson(sums.correct, sums.graded);
  bucket.cost_per_correct.estimate = ratioFieller(moments);
  if (sums.requests > 0) {
    bucket.cost_per_correct.graded_share = static_cast<double>(sums.graded) / static_cast<double>(sums.requests);
  }
  return bucket;
}

}  // namespace signalbox::analytics
