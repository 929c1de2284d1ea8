// SPDX-License-Identifier: Apache-2.0
// metrics.* of a session: from the rollups where they are exact and there is no filter, else by reading the store.
#include <algorithm>

#include "analytics/baselines.h"
#include "engine/console_session.h"

namespace signalbox::engine {
namespace {

using control::Method;

constexpr Duration kScanDeadline = std::chrono::seconds(30);
constexpr std::size_t kMostCompared = 10'000;  // decisions that baselines look at
constexpr WallMicros kFirstSpan = 60'000'000;  // what the first delta of a feed covers

Result<domain::MetricsReport> scanStore(journal::Reader& reader, const control::MetricsQuery& query) {
  analytics::RangeRollup scan(query.since, query.until, query.bucket_us, query.align_offset_us);
  journal::DecisionQuery ask;
  ask.since = query.since;
  ask.until = query.until;
  ask.where = query.where;
  ask.deadline = kScanDeadline;
  const auto done = reader.scan(ask, true, [&](const domain::CommittedDecision& row) {
    scan.add(row.decision);
    return !(query.cancel && query.cancel->cancelled());
  });
  if (!done) return std::unexpected(done.error());
  if (query.cancel && query.cancel->cancelled()) return fail(ErrorCode::Cancelled, "called off");
  return scan.report();
}

Result<domain::MetricsReport> metricsOf(ConsoleService::Core& core, journal::Reader& reader, const control::MetricsQuery& query) {
  const bool covered =
      query.where.all.empty() && core.feed.covers(query.since, query.until, query.bucket_us, query.align_offset_us);
  Result<domain::MetricsReport> report =
      covered ? core.feed.metrics(query.since, query.until, query.bucket_us, query.align_offset_us) : scanStore(reader, query);
  if (!report) return report;
  const auto kept_since = core.journal.status().kept_since;
  if (kept_since && *kept_since > query.since) report->kept_since = kept_since;
  return report;
}

// The newest of the range: a comparison of so many has an interval that more would hardly narrow.
Result<std::vector<domain::Decision>> newestWithAttempts(journal::Reader& reader, const control::MetricsQuery& query) {
  journal::DecisionQuery ask;
  ask.since = query.since;
  ask.until = query.until;
  ask.where = query.where;
  ask.deadline = kScanDeadline;
  ask.limit = kMostCompared;
  auto rows = reader.decisions(ask);
  if (!rows) return std::unexpected(std::move(rows.error()));
  if (!rows->empty()) ask.since = std::max(ask.since, rows->back().decision.ts);
  std::vector<domain::Decision> decisions;
  const auto done = reader.scan(ask, true, [&](const domain::CommittedDecision& row) {
    decisions.push_back(row.decision);
    return !(query.cancel && query.cancel->cancelled());
  });
  if (!done) return std::unexpected(done.error());
  if (query.cancel && query.cancel->cancelled()) return fail(ErrorCode::Cancelled, "called off");
  return decisions;
}

// What happened between two ticks of one feed.
class LiveMetrics {
 public:
  LiveMetrics(domain::Where where, WallMicros since) : where_(std::move(where)), since_(since) {}

  void add(std::span<const domain::CommittedDecision> decisions) {
    const std::lock_guard lock(mutex_);
    for (const auto& row : decisions) {
      seq_ = row.seq;
      if (domain::matches(where_, row.decision)) rollup_.add(row.decision);
    }
  }
  void startFrom(std::int64_t seq) {
    const std::lock_guard lock(mutex_);
    from_ = seq;
  }
  control::MetricsDelta take(WallMicros now) {
    const std::lock_guard lock(mutex_);
    control::MetricsDelta delta;
    delta.seq = std::max(seq_, from_);
    delta.bucket = std::exchange(rollup_, {}).report();
    delta.bucket.since = since_;
    delta.bucket.until = since_ = std::max(since_, now);
    return delta;
  }

 private:
  std::mutex mutex_;
  domain::Where where_;
  std::int64_t seq_ = 0, from_ = 0;
  WallMicros since_;
  analytics::Rollup rollup_;
};

// What a feed that resumes has missed; false where the store no longer has all of it, or never had.
bool missedSince(journal::Reader& reader, const domain::Where& where, std::int64_t last, std::int64_t until, WallMicros now,
                 control::MetricsDelta& delta) {
  constexpr std::int64_t kMostResumed = 100'000;
  constexpr std::size_t kChunk = 1000;
  if (last > until || until - last > kMostResumed) return false;
  analytics::Rollup rollup;
  WallMicros since = now;
  for (std::int64_t cursor = last; cursor < until;) {
    const auto rows = reader.decisionsAfter(cursor, kChunk);
    if (!rows || rows->empty() || rows->front().seq != cursor + 1) return false;
    cursor = rows->back().seq;
    for (const auto& row : *rows) {
      if (row.seq > until || !domain::matches(where, row.decision)) continue;
      rollup.add(row.decision);
      since = std::min(since, row.decision.ts);
    }
  }
  delta.seq = until;
  delta.bucket = rollup.report();
  delta.bucket.since = since;
  delta.bucket.until = now;
  return true;
}

}  // namespace

void ConsoleSession::queryMetrics(control::MetricsQuery query, control::Reply<domain::MetricsReport> reply) {
  auto cancel = query.cancel;
  ask<domain::MetricsReport>(
      Method::MetricsQuery, std::move(reply),
      [query = std::move(query)](ConsoleService::Core& core, journal::Reader& reader) { return metricsOf(core, reader, query); },
      std::move(cancel));
}

Subscription ConsoleSession::subscribeMetrics(control::MetricsFeed feed, control::Sink<control::MetricsDelta> sink) {
  const Duration every = std::chrono::milliseconds(std::clamp(feed.every_ms, 100, 3'600'000));
  return openFeed<control::MetricsDelta>(
      Method::MetricsSubscribe, std::move(sink),
      [feed = std::move(feed), every](const CorePtr& core, journal::Reader& reader, const std::shared_ptr<FeedTicket>& ticket,
                                      const control::Sink<control::MetricsDelta>& guarded) {
        // Rows up to `seq` are read from the store, later ones are heard: none twice, none missed.
        const WallMicros now = wallNow();
        const auto live = std::make_shared<LiveMetrics>(feed.where, now);
        std::int64_t seq = 0;
        ticket->attach(core->feed.listen([live](std::span<const domain::CommittedDecision> rows) { live->add(rows); }, seq));
        live->startFrom(seq);
        control::MetricsDelta missed;
        if (feed.last && missedSince(reader, feed.where, *feed.last, seq, now, missed)) {
          guarded(std::move(missed));
          ticket->attach(core->ticker.every(every, [live, guarded] { guarded(live->take(wallNow())); }));
          return;
        }
        analytics::RangeRollup minute(now - kFirstSpan, now);
        journal::DecisionQuery ask;
        ask.since = now - kFirstSpan;
        ask.where = feed.where;
        ask.deadline = kScanDeadline;
        const auto read = reader.scan(ask, true, [&](const domain::CommittedDecision& row) {
          if (row.seq <= seq) minute.add(row.decision);
          return true;
        });
        if (!read) return guarded(std::unexpected(read.error()));
        guarded(control::MetricsDelta{seq, minute.report().total, feed.last.has_value()});
        ticket->attach(core->ticker.every(every, [live, guarded] { guarded(live->take(wallNow())); }));
      });
}

void ConsoleSession::queryBaselines(control::MetricsQuery query, control::Reply<std::vector<domain::Baseline>> reply) {
  auto cancel = query.cancel;
  ask<std::vector<domain::Baseline>>(
      Method::MetricsBaselines, std::move(reply),
      [query = std::move(query)](ConsoleService::Core& core, journal::Reader& reader) -> Result<std::vector<domain::Baseline>> {
        auto newest = newestWithAttempts(reader, query);
        if (!newest) return std::unexpected(std::move(newest.error()));
        return analytics::baselines(*newest, core.options.tiers);
      },
      std::move(cancel));
}

}  // namespace signalbox::engine
