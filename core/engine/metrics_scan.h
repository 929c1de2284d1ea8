// SPDX-License-Identifier: Apache-2.0
// Metrics of the decisions that match a filter, added up while the store is read. Pure; one query each.
#pragma once
#include <map>

#include "analytics/rollup.h"

namespace signalbox::engine {

class MetricsScan {
 public:
  // Half-open range; buckets of `bucket_us` aligned to `offset_us` from UTC midnight; 0 = the whole range only.
  MetricsScan(WallMicros since, WallMicros until, WallMicros bucket_us, WallMicros offset_us)
      : since_(since), until_(until), bucket_(bucket_us), offset_(offset_us) {}
  void add(const domain::Decision& decision);
  [[nodiscard]] domain::MetricsReport report() const;

 private:
  [[nodiscard]] WallMicros bucketStart(WallMicros ts) const;
  WallMicros since_, until_, bucket_, offset_;
  std::map<WallMicros, analytics::Rollup> buckets_;
};

}  // namespace signalbox::engine
