// SPDX-License-Identifier: Apache-2.0
// Aggregation of decisions into buckets. Latencies go into mergeable sketches (relative error ≤ 1%), so that any bucket width is
// a merge. Pure value types; the engine feeds them.
#pragma once
#include <map>

#include "analytics/intervals.h"
#include "analytics/latency_sketch.h"
#include "domain/event.h"
#include "domain/metrics.h"

namespace signalbox::analytics {

// In the denominator of escalation rate and tier split: reached a tier, and was not cached, learned, pinned or shed.
[[nodiscard]] bool isRouted(const domain::Decision& decision);

// Sums that a bucket needs; everything that people see is derived from them in report().
struct Rollup {
  WallMicros since = 0;
  WallMicros until = 0;
  WallMicros newest = 0;       // of its decisions
  domain::MetricsBucket sums;  // counts and sums only
  LatencySketch latency, ttft;
  Moments moments{};  // cost and score of the requests for which both are known

  void add(const domain::Decision& decision);
  // A label that came after its decision was added: `before` and `after` are the decision's scores.
  void regrade(std::optional<double> cost_usd, std::optional<double> before, std::optional<double> after);
  void merge(const Rollup& other);
  // Rates with Wilson intervals, cost per correct with Fieller's, percentiles.
  [[nodiscard]] domain::MetricsBucket report() const;
};

// The rollup of one range, cut into buckets that are aligned to `offset_us` east of UTC midnight; bucket_us = 0: the total only.
// Fed in any order; what is outside the range is left out. For answers that come from the store's rows, with a filter.
class RangeRollup {
 public:
  RangeRollup(WallMicros since, WallMicros until, WallMicros bucket_us = 0, WallMicros offset_us = 0);
  void add(const domain::Decision& decision);
  void add(const Rollup& part);  // REQUIRES: part lies within one bucket
  // Buckets without requests are there too, with zeros; at most 20,000, then the empty ones are left out.
  [[nodiscard]] domain::MetricsReport report() const;

 private:
  [[nodiscard]] WallMicros bucketOf(WallMicros ts) const;
  Rollup& slot(WallMicros ts);
  WallMicros since_, until_, bucket_us_, offset_us_;
  Rollup total_;
  std::map<WallMicros, Rollup> buckets_;
};

// Per second for the newest 3,600 seconds that had requests, per minute for the newest 2,880 such minutes, and per quarter of an
// hour for as long as the store keeps the decisions. Counted, not clocked: a decision with a wrong time counts where it says and
// moves nothing else. Quarters, because the zones of the world are whole numbers of them from UTC: so days of any zone are exact.
class RollupStore {
 public:
  RollupStore();
  // In any order, a regrade even before its decision.
  void add(const domain::Decision& decision);
  void regrade(const domain::Regrade& grade);
  // The store no longer has decisions from before `oldest`: the quarters that ended by then go.
  void forget(WallMicros oldest);
  // Buckets of `bucket_us` aligned to `offset_us` from UTC midnight; 0 = the whole range only. Half-open. Ends of the range that
  // are finer than what is kept for their age are moved inwards.
  [[nodiscard]] domain::MetricsReport query(WallMicros since, WallMicros until, WallMicros bucket_us, WallMicros offset_us) const;
  // Whether query() is exact: both ends and every bucket fall on kept steps, or on the far side of all that their step holds.
  [[nodiscard]] bool covers(WallMicros since, WallMicros until, WallMicros bucket_us, WallMicros offset_us) const;

 private:
  struct Kept {
    WallMicros step;
    std::size_t most;     // buckets
    WallMicros from = 0;  // all buckets from here on are there
    std::map<WallMicros, Rollup> buckets{};
    void dropBefore(WallMicros ts);
  };
  template <class Change>
  void put(WallMicros ts, Change change);
  [[nodiscard]] const Kept& keptAt(WallMicros ts) const;

  Kept quarters_, minutes_, seconds_;
  WallMicros last_ = 0;  // nothing is later
};

}  // namespace signalbox::analytics
