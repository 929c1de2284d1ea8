// SPDX-License-Identifier: Apache-2.0
#include "engine/metrics_scan.h"

#include <algorithm>

namespace signalbox::engine {

WallMicros MetricsScan::bucketStart(WallMicros ts) const {
  if (bucket_ <= 0) return since_;
  const WallMicros local = ts + offset_;
  const WallMicros rest = ((local % bucket_) + bucket_) % bucket_;
  return ts - rest;
}

void MetricsScan::add(const domain::Decision& decision) {
  if (decision.ts < since_ || decision.ts >= until_) return;
  buckets_[bucketStart(decision.ts)].add(decision);
}

domain::MetricsReport MetricsScan::report() const {
  domain::MetricsReport report;
  analytics::Rollup total;
  for (const auto& [start, rollup] : buckets_) total.merge(rollup);
  report.total = total.report();
  report.total.since = since_;
  report.total.until = until_;
  if (bucket_ <= 0) return report;
  // Every bucket of the range, empty ones too: nothing happened there, and that is known.
  for (WallMicros start = bucketStart(since_); start < until_; start += bucket_) {
    const auto it = buckets_.find(start);
    domain::MetricsBucket bucket = it == buckets_.end() ? analytics::Rollup{}.report() : it->second.report();
    bucket.since = std::max(start, since_);
    bucket.until = std::min(start + bucket_, until_);
    report.buckets.push_back(std::move(bucket));
  }
  return report;
}

}  // namespace signalbox::engine
