// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "analytics/rollup.h"

namespace signalbox::analytics {
namespace {

constexpr WallMicros kSecond = 1'000'000;
constexpr WallMicros kMinute = 60 * kSecond;
constexpr WallMicros kQuarter = 15 * kMinute;
constexpr std::size_t kSecondsKept = 3600;
constexpr std::size_t kMinutesKept = 48 * 60;
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

RollupStore::RollupStore()
    : quarters_{kQuarter, std::numeric_limits<std::size_t>::max()},
      minutes_{kMinute, kMinutesKept},
      seconds_{kSecond, kSecondsKept} {}

void RollupStore::Kept::dropBefore(WallMicros ts) {
  from = std::max(from, ts);
  buckets.erase(buckets.begin(), buckets.lower_bound(from));
}

template <class Change>
void RollupStore::put(WallMicros ts, Change change) {
  for (Kept* kept : {&quarters_, &minutes_, &seconds_}) {
    if (ts < kept->from) continue;
    const WallMicros start = floorTo(ts, kept->step);
    Rollup& rollup = kept->buckets[start];
    rollup.since = start;
    rollup.until = start + kept->step;
    change(rollup);
    if (kept->buckets.size() > kept->most) kept->dropBefore(kept->buckets.begin()->first + kept->step);
  }
  // Minutes hold all that seconds hold: a query goes by the coarsest that fits.
  if (seconds_.from < minutes_.from) seconds_.dropBefore(minutes_.from);
}

void RollupStore::add(const domain::Decision& decision) {
  put(decision.ts, [&](Rollup& rollup) { rollup.add(decision); });
  last_ = std::max(last_, decision.ts);
}

void RollupStore::regrade(const domain::Regrade& grade) {
  put(grade.ts, [&](Rollup& rollup) { rollup.regrade(grade.cost_usd, grade.before, grade.after); });
}

void RollupStore::forget(WallMicros oldest) {
  const WallMicros ended = floorTo(oldest, kQuarter);
  for (Kept* kept : {&quarters_, &minutes_, &seconds_})
    kept->buckets.erase(kept->buckets.begin(), kept->buckets.lower_bound(ended));
}

// The finest kind that is kept for all of the time from here on. One kind begins where a piece of the coarser one does, so that
// no piece reaches from one kind's time into the other's.
const RollupStore::Kept& RollupStore::keptAt(WallMicros ts) const {
  const WallMicros minutes = ceilTo(minutes_.from, kQuarter), seconds = std::max(minutes, ceilTo(seconds_.from, kMinute));
  if (ts >= seconds) return seconds_;
  return ts >= minutes ? minutes_ : quarters_;
}

bool RollupStore::covers(WallMicros since, WallMicros until, WallMicros bucket_us, WallMicros offset_us) const {
  // A piece of which nothing is younger than the end of the range is all before it. Asked of the piece and not of the clock, so
  // that one decision from the future does not blind the present.
  const auto exact = [&](WallMicros ts) {
    const Kept& kept = keptAt(ts);
    if (ts % kept.step == 0) return true;
    const auto piece = kept.buckets.find(floorTo(ts, kept.step));
    return piece == kept.buckets.end() || piece->second.newest < ts;
  };
  if (!exact(since) || !exact(until)) return false;
  // Every bucket's edge is one of the oldest kind of step, or finer where it is young enough.
  const WallMicros coarsest = keptAt(since).step;
  return bucket_us == 0 || (bucket_us % coarsest == 0 && offset_us % coarsest == 0);
}

domain::MetricsReport RollupStore::query(WallMicros since, WallMicros until, WallMicros bucket_us, WallMicros offset_us) const {
  RangeRollup range(since, until, bucket_us, offset_us);
  const auto edge = [&](WallMicros at) {  // of the bucket that `at` is in
    return bucket_us > 0 ? std::min(until, floorTo(at, bucket_us, offset_us) + bucket_us) : until;
  };
  const WallMicros last = std::min(until, last_ + 1);
  const WallMicros first = quarters_.buckets.empty() ? last : quarters_.buckets.begin()->first;
  for (WallMicros at = std::max(since, first); at < last;) {
    // Nothing is there before the next quarter that has something.
    const auto next = quarters_.buckets.lower_bound(floorTo(at, kQuarter));
    if (next == quarters_.buckets.end()) break;
    const WallMicros finest = keptAt(std::max(at, next->first)).step;
    at = ceilTo(std::max(at, next->first), finest);
    // The coarsest piece that fits before the bucket's edge. Where even the finest kept one does not, it counts for the bucket
    // that it begins in; one that reaches beyond the range is left out, unless all that it holds is before its end.
    for (const Kept* kept : {&quarters_, &minutes_, &seconds_}) {
      const bool fits = at % kept->step == 0 && at + kept->step <= edge(at);
      if (!fits && kept->step != finest) continue;
      const auto found = kept->buckets.find(at);
      if (found != kept->buckets.end() && (at + kept->step <= until || found->second.newest < until)) range.add(found->second);
      at += kept->step;
      break;
    }
  }
  return range.report();
}

}  // namespace signalbox::analytics
