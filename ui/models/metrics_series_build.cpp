// SPDX-License-Identifier: GPL-3.0-only
// The arithmetic of MetricsSeries: live deltas on top of what was queried, bucket by bucket.
#include <algorithm>
#include <utility>

#include "models/metrics_series.h"

namespace signalbox::ui {

namespace {
constexpr std::size_t kMostFresh = 512;  // deltas kept apart; more are joined by bucket

void follow(domain::Estimate& rate, double part, std::int64_t whole) {
  if (whole == 0) return;
  const double before = rate.value, value = part / static_cast<double>(whole);
  // The interval moves along; its width is corrected by the next query.
  rate.lo = rate.n == 0 ? value : std::max(0.0, rate.lo + value - before);
  rate.hi = rate.n == 0 ? value : rate.hi + value - before;
  rate.value = value;
  rate.n = whole;
}
}  // namespace

void addCounts(domain::MetricsBucket& into, const domain::MetricsBucket& delta) {
  into.requests += delta.requests;
  into.routed += delta.routed;
  into.escalated += delta.escalated;
  into.errors += delta.errors;
  into.cached += delta.cached;
  into.learned += delta.learned;
  into.graded += delta.graded;
  into.correct += delta.correct;
  into.cost_usd += delta.cost_usd;
  into.cost_known += delta.cost_known;
  into.shadow_usd += delta.shadow_usd;
  for (const auto& [tier, share] : delta.tiers) {
    into.tiers[tier].requests += share.requests;
    into.tiers[tier].cost_usd += share.cost_usd;
    into.tiers[tier].cost_known += share.cost_known;
  }
  if (!into.latency_ms.p50) into.latency_ms = delta.latency_ms;
  if (!into.ttft_ms.p50) into.ttft_ms = delta.ttft_ms;
  follow(into.escalation_rate, static_cast<double>(into.escalated), into.routed);
  follow(into.error_rate, static_cast<double>(into.errors), into.requests);
}

WallMicros MetricsSeries::bucketStart(WallMicros time) const {
  const WallMicros offset = selection_.zone().offsetAt(span_.since);
  const WallMicros local = time + offset;
  return local - local % bucket_us_ - offset;
}

// However long the router does not answer: what has left the range goes, and what is much is joined bucket by bucket.
void MetricsSeries::boundFresh() {
  std::erase_if(fresh_, [&](const domain::MetricsBucket& delta) { return delta.since < span_.since; });
  if (fresh_.size() <= kMostFresh) return;
  std::vector<domain::MetricsBucket> joined;
  for (const domain::MetricsBucket& delta : fresh_) {
    if (joined.empty() || bucketStart(joined.back().since) != bucketStart(delta.since)) joined.push_back(delta);
    else addCounts(joined.back(), delta);
  }
  fresh_ = std::move(joined);
}

void MetricsSeries::build() {
  queried_.erase(queried_.begin(), queried_.lower_bound(span_.since - bucket_us_ + 1));
  total_ = queried_total_;
  std::map<WallMicros, domain::MetricsBucket> all = queried_;
  for (const domain::MetricsBucket& delta : fresh_) {
    addCounts(total_, delta);
    const WallMicros start = bucketStart(delta.since);
    domain::MetricsBucket& bucket = all[start];
    bucket.since = start;
    bucket.until = start + bucket_us_;
    addCounts(bucket, delta);
  }
  buckets_.clear();
  buckets_.reserve(all.size());
  for (auto& [since, bucket] : all) buckets_.push_back(std::move(bucket));
}

const domain::MetricsBucket* MetricsSeries::at(WallMicros time) const {
  const auto after = std::upper_bound(buckets_.begin(), buckets_.end(), time,
                                      [](WallMicros t, const domain::MetricsBucket& bucket) { return t < bucket.since; });
  if (after == buckets_.begin()) return nullptr;
  const domain::MetricsBucket& bucket = *std::prev(after);
  return time < bucket.until ? &bucket : nullptr;
}

}  // namespace signalbox::ui
