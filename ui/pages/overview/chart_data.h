// SPDX-License-Identifier: GPL-3.0-only
// From buckets of measures to what the charts of the overview draw. A bucket without requests is no sample; a long run of them is
// a gap, not a line along zero. Pure.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/metrics.h"
#include "state/time_range.h"
#include "widgets/time_series.h"

namespace signalbox::ui {

using Buckets = std::vector<domain::MetricsBucket>;
using ValueOf = std::function<std::optional<double>(const domain::MetricsBucket&)>;
using EstimateOf = std::function<domain::Estimate(const domain::MetricsBucket&)>;

[[nodiscard]] Samples samplesOf(const Buckets& buckets, WallMicros length, const ValueOf& value);
// With the 95% interval of each; where n = 0 there is no sample.
[[nodiscard]] Samples estimatesOf(const Buckets& buckets, WallMicros length, const EstimateOf& estimate);

[[nodiscard]] std::vector<Series> tierSplit(const Buckets& buckets, WallMicros length, const domain::MetricsBucket& total,
                                            const std::vector<std::string>& tiers);
// Bars of `bar` each, summed from the buckets that begin in it.
[[nodiscard]] std::vector<Series> tierCosts(const Buckets& buckets, WallMicros bar, WallMicros offset,
                                            const domain::MetricsBucket& total, const std::vector<std::string>& tiers);
// A sum over the requests whose price is known: "≥" where that is not all of them, – where it is none.
[[nodiscard]] QString costSum(double usd, std::int64_t known, std::int64_t requests);
[[nodiscard]] std::optional<ControlLimits> escalationLimits(const Buckets& buckets, const Span& whole);

}  // namespace signalbox::ui
