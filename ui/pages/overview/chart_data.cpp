// SPDX-License-Identifier: GPL-3.0-only
#include "pages/overview/chart_data.h"

#include <QCoreApplication>
#include <map>
#include <utility>

#include "models/control_limits.h"
#include "pages/common/page_helpers.h"
#include "theme/format.h"

namespace signalbox::ui {

namespace {
constexpr int kQuietBuckets = 5;  // more than so many in a row without a sample: a gap

struct Columns {
  std::vector<qint64> times;
  std::vector<double> values, lo, hi;
  void add(qint64 time, double value, double low = kNoValue, double high = kNoValue) {
    times.push_back(time);
    values.push_back(value);
    lo.push_back(low);
    hi.push_back(high);
  }
  // Breaks the line where nothing came for long.
  void breakBefore(qint64 time, WallMicros length) {
    if (!times.empty() && time - times.back() > kQuietBuckets * length) add(times.back() + length, kNoValue);
  }
};

QString nameOf(const std::string& text) { return QString::fromStdString(text); }
}  // namespace

Samples samplesOf(const Buckets& buckets, WallMicros length, const ValueOf& value) {
  Columns columns;
  for (const domain::MetricsBucket& bucket : buckets) {
    const std::optional<double> sample = value(bucket);
    if (!sample) continue;
    columns.breakBefore(bucket.since, length);
    columns.add(bucket.since, *sample);
  }
  return std::make_shared<SampleSet>(std::move(columns.times), std::move(columns.values));
}

Samples estimatesOf(const Buckets& buckets, WallMicros length, const EstimateOf& estimate) {
  Columns columns;
  for (const domain::MetricsBucket& bucket : buckets) {
    const domain::Estimate sample = estimate(bucket);
    if (sample.n == 0) continue;
    columns.breakBefore(bucket.since, length);
    columns.add(bucket.since, sample.value, sample.lo, sample.hi);
  }
  return std::make_shared<SampleSet>(std::move(columns.times), std::move(columns.values), std::move(columns.lo),
                                     std::move(columns.hi));
}

std::vector<Series> tierSplit(const Buckets& buckets, WallMicros length, const domain::MetricsBucket& total,
                              const std::vector<std::string>& tiers) {
  const auto part = [](const domain::MetricsBucket& bucket, const std::string& tier) -> std::optional<double> {
    std::int64_t all = 0;
    for (const auto& [name, share] : bucket.tiers) all += share.requests;
    if (all == 0) return std::nullopt;
    const auto mine = bucket.tiers.find(tier);
    return mine == bucket.tiers.end() ? 0 : static_cast<double>(mine->second.requests) / static_cast<double>(all);
  };
  std::vector<Series> series;
  for (const std::string& tier : tiers) {
    Series one;
    one.name = nameOf(tier);
    one.tier = tierKey(tiers, tier);
    one.data = samplesOf(buckets, length, [&](const domain::MetricsBucket& bucket) { return part(bucket, tier); });
    one.endValue = format::share(part(total, tier));
    series.push_back(std::move(one));
  }
  return series;
}

std::vector<Series> tierCosts(const Buckets& buckets, WallMicros bar, WallMicros offset, const domain::MetricsBucket& total,
                              const std::vector<std::string>& tiers) {
  std::map<WallMicros, std::map<std::string, domain::TierShare>> bars;
  for (const domain::MetricsBucket& bucket : buckets) {
    if (bucket.cost_known == 0) continue;
    const WallMicros local = bucket.since + offset;
    auto& sums = bars[local - local % bar - offset];
    for (const auto& [tier, share] : bucket.tiers) {
      domain::TierShare& sum = sums[tier];
      sum.requests += share.requests;
      sum.cost_known += share.cost_known;
      if (share.cost_known > 0) sum.cost_usd += share.cost_usd;
    }
  }
  std::vector<Series> series;
  for (const std::string& tier : tiers) {
    Columns columns;
    for (const auto& [since, sums] : bars) {
      const auto mine = sums.find(tier);
      const bool unknown = mine != sums.end() && mine->second.requests > 0 && mine->second.cost_known == 0;
      columns.add(since, unknown ? kNoValue : mine == sums.end() ? 0 : mine->second.cost_usd);
    }
    Series one;
    one.name = nameOf(tier);
    one.tier = tierKey(tiers, tier);
    one.data = std::make_shared<SampleSet>(std::move(columns.times), std::move(columns.values));
    const auto mine = total.tiers.find(tier);
    one.endValue = mine == total.tiers.end() ? format::money(0.0) : costSum(mine->second.cost_usd, mine->second.cost_known, mine->second.requests);
    series.push_back(std::move(one));
  }
  return series;
}

QString costSum(double usd, std::int64_t known, std::int64_t requests) {
  if (known == 0) return requests == 0 ? format::money(0.0) : format::unknown();
  return known < requests ? QStringLiteral("≥ ") + format::money(usd) : format::money(usd);
}

std::optional<ControlLimits> escalationLimits(const Buckets& buckets, const Span& whole) {
  std::vector<ShareSample> samples;
  std::vector<qint64> times;
  for (const domain::MetricsBucket& bucket : buckets) {
    if (bucket.routed == 0 || bucket.since < whole.since || bucket.until > whole.until) continue;  // in part outside: limits of no use
    samples.push_back({bucket.escalated, bucket.routed});
    times.push_back(bucket.since);
  }
  // A bucket that is still filling, or of which the range takes a part, has limits of no use.
  while (samples.size() > 2 && 2 * samples.back().whole < samples[samples.size() - 2].whole) samples.pop_back(), times.pop_back();
  while (samples.size() > 2 && 2 * samples.front().whole < samples[1].whole) samples.erase(samples.begin()), times.erase(times.begin());
  const auto chart = laneyChart(samples);
  if (!chart) return std::nullopt;
  ControlLimits limits;
  limits.lower = std::make_shared<SampleSet>(times, chart->lower);
  limits.upper = std::make_shared<SampleSet>(times, chart->upper);
  limits.centre = chart->centre;
  limits.centreName = QCoreApplication::translate("overview", "mean %1").arg(format::share(chart->centre));
  return limits;
}

}  // namespace signalbox::ui
