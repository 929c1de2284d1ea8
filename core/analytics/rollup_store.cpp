// SPDX-License-Identifier: Apache-2.0
#include "analytics/rollup.h"

namespace signalbox::analytics {
namespace {

constexpr WallMicros kSecond = 1'000'000;
constexpr WallMicros kMinute = 60 * kSecond;
constexpr WallMicros kQuarter = 15 * kMinute;
constexpr WallMicros kSecondsKept = 60 * kMinute;
constexpr WallMicros kMinutesKept = 48 * 60 * kMinute;
constexpr std::int64_t kMostEmptyBuckets = 20'000;

WallMicros floorTo(WallMicros ts, WallMicros step, WallMicros offset = 0) {
  const WallMicros local = ts + offset;
  return local - ((local % step) + step) % step - offset;
}
WallMicros ceilTo(WallMicros ts, WallMicros step) { return floorTo(ts + step - 1, step); }

}  // namespace

RangeRollup::RangeRollup(WallMicros since, WallMicros until, WallMicros bucket_us, WallMicros offset_us)
    : since_(since), until_(until), bucket_us_(bucket_us), offset_us_(offset_us) {
  total_.since = since;
  total_.until = until;
}

WallMicros RangeRollup::bucketOf(WallMicros ts) const { return floorTo(ts, bucket_us_, offset_us_); }

Rollup& RangeRollup::slot(WallMicros ts) {
  Rollup& rollup = buckets_[bucketOf(ts)];
  if (rollup.until == 0) {
    rollup.since = std::max(since_, bucketOf(ts));
    rollup.until = std::min(until_, bucketOf(ts) + bucket_us_);
  }
  return rollup;
}

void RangeRollup::add(const domain::Decision& decision) {
  if (decision.ts < since_ || decision.ts >= until_) return;
  if (bucket_us_ > 0)
    slot(decision.ts).add(decision);
  else
    total_.add(decision);
}

void RangeRollup::add(const Rollup& part) {
  if (bucket_us_ > 0)
    slot(part.since).merge(part);
  else
    total_.merge(part);
}

domain::MetricsReport RangeRollup::report() const {
  domain::MetricsReport report;
  Rollup total = total_;
  for (const auto& [start, rollup] : buckets_) total.merge(rollup);
  report.total = total.report();
  if (bucket_us_ == 0 || since_ >= until_) return report;
  // From the first request to the last where the whole range would be too many.
  const bool all = (until_ - since_) / bucket_us_ <= kMostEmptyBuckets;
  WallMicros at = bucketOf(since_);
  for (const auto& [start, rollup] : buckets_) {
    for (; all && at < start; at += bucket_us_) {
      Rollup empty;
      empty.since = std::max(since_, at);
      empty.until = std::min(until_, at + bucket_us_);
      report.buckets.push_back(empty.report());
    }
    report.buckets.push_back(rollup.report());
    at = start + bucket_us_;
  }
  for (; all && at < until_; at += bucket_us_) {
    Rollup empty;
    empty.since = std::max(since_, at);
    empty.until = std::min(until_, at + bucket_us_);
    report.buckets.push_back(empty.report());
  }
  return report;
}

void RollupStore::add(const domain::Decision& decision) {
  const auto put = [&](Buckets& buckets, WallMicros step) {
    Rollup& rollup = buckets[floorTo(decision.ts, step)];
    rollup.since = floorTo(decision.ts, step);
    rollup.until = rollup.since + step;
    rollup.add(decision);
  };
  if (decision.ts >= newest_ - kSecondsKept) put(seconds_, kSecond);
  if (decision.ts >= newest_ - kMinutesKept) put(minutes_, kMinute);
  put(quarters_, kQuarter);
  if (decision.ts > newest_) {
    newest_ = decision.ts;
    forget();
  }
}

void RollupStore::regrade(const domain::Decision& decision, std::optional<double> before, std::optional<double> after) {
  const auto put = [&](Buckets& buckets, WallMicros step) {
    const auto at = buckets.find(floorTo(decision.ts, step));
    if (at != buckets.end()) at->second.regrade(decision, before, after);
  };
  put(seconds_, kSecond);
  put(minutes_, kMinute);
  put(quarters_, kQuarter);
}

void RollupStore::forget() {
  while (!seconds_.empty() && seconds_.begin()->first < newest_ - kSecondsKept) seconds_.erase(seconds_.begin());
  while (!minutes_.empty() && minutes_.begin()->first < newest_ - kMinutesKept) minutes_.erase(minutes_.begin());
}

// The finest step that is kept for all of the time from here on.
WallMicros RollupStore::stepAt(WallMicros ts) const {
  if (ts > newest_ - kSecondsKept) return kSecond;
  return ts > newest_ - kMinutesKept ? kMinute : kQuarter;
}

bool RollupStore::covers(WallMicros since, WallMicros until, WallMicros bucket_us, WallMicros offset_us) const {
  const auto exact = [&](WallMicros ts) { return ts % stepAt(ts) == 0 || ts > newest_; };
  if (!exact(since) || !exact(until)) return false;
  // Every bucket's edge is one of the oldest kind of step, or finer where it is young enough.
  return bucket_us == 0 || (bucket_us % stepAt(since) == 0 && offset_us % stepAt(since) == 0);
}

domain::MetricsReport RollupStore::query(WallMicros since, WallMicros until, WallMicros bucket_us, WallMicros offset_us) const {
  RangeRollup range(since, until, bucket_us, offset_us);
  const auto edge = [&](WallMicros at) {  // of the bucket that `at` is in
    return bucket_us > 0 ? std::min(until, floorTo(at, bucket_us, offset_us) + bucket_us) : until;
  };
  const auto pieces = {std::pair(kQuarter, &quarters_), std::pair(kMinute, &minutes_), std::pair(kSecond, &seconds_)};
  const WallMicros first = quarters_.empty() ? until : quarters_.begin()->first;
  const WallMicros last = std::min(until, newest_ + 1);
  for (WallMicros at = std::max(since, first); at < last;) {
    const WallMicros finest = stepAt(at);
    at = ceilTo(at, finest);
    // The coarsest piece that fits before the bucket's edge. Where even the finest kept one does not, it counts for the bucket
    // that it begins in; one that reaches beyond the range is left out.
    for (const auto& [step, buckets] : pieces) {
      const bool fits = at % step == 0 && at + step <= edge(at);
      if (!fits && step != finest) continue;
      const auto found = buckets->find(at);
      if (found != buckets->end() && at + step <= until) range.add(found->second);
      at += step;
      break;
    }
  }
  return range.report();
}

}  // namespace signalbox::analytics
