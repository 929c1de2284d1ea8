// SPDX-License-Identifier: GPL-3.0-only
#include "models/metrics_series.h"

#include <algorithm>
#include <utility>

namespace signalbox::ui {

namespace {
constexpr int kRefreshMs = 2'000;
constexpr qint64 kBaselinesEveryMs = 15'000;
constexpr int kEndBuckets = 2;  // how many are queried again at the open end

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

MetricsSeries::MetricsSeries(ConsoleClient& client, Selection& selection, int most_buckets, QObject* parent)
    : QObject(parent), client_(client), selection_(selection), most_buckets_(most_buckets), all_(this), end_(this), base_(this),
      tail_(client) {
  const auto again = [this] {
    if (running_) reload();
  };
  connect(&selection_, &Selection::rangeChanged, this, again);
  connect(&selection_, &Selection::filterChanged, this, again);
  connect(&selection_, &Selection::zoneChanged, this, again);
  connect(&client_, &ConsoleClient::sessionChanged, this, again);
  connect(&client_, &ConsoleClient::resumed, this, [this] {
    if (running_ && state_ == State::Failed) reload();
  });
  connect(&client_, &ConsoleClient::labelled, this, [this] { anything_new_ = true; });
  connect(&tail_, &MetricsTail::arrived, this, &MetricsSeries::takeDeltas);
  refresh_.setInterval(kRefreshMs);
  connect(&refresh_, &QTimer::timeout, this, &MetricsSeries::queryEnd);
}

void MetricsSeries::start() {
  if (std::exchange(running_, true)) return;
  reload();
}

void MetricsSeries::stop() {
  running_ = false;
  all_.cancel();
  end_.cancel();
  base_.cancel();
  for (CallOff* off : {&all_off_, &end_off_, &base_off_}) off->cancel();
  tail_.stop();
  refresh_.stop();
}

void MetricsSeries::reload() {
  end_.cancel();
  span_ = selection_.range().at(client_.routerNow());
  bucket_us_ = bucketFor(span_, most_buckets_);
  if (!client_.api()) {
    tail_.stop();
    refresh_.stop();
    return setState(State::Offline);
  }
  // Another range: what was shown would stand under wrong times.
  queried_.clear();
  buckets_.clear();
  setState(State::Loading);
  fresh_.clear();
  anything_new_ = false;
  if (selection_.range().isLive()) {
    tail_.start({selection_.filter(), 1000});
    refresh_.start();
  } else {
    tail_.stop();
    refresh_.stop();
  }
  previous_.reset();
  queryAll();
  if (wants_comparisons_) queryComparisons();
}

control::MetricsQuery MetricsSeries::queryFor(Span span, WallMicros bucket, std::shared_ptr<control::Cancellation> cancel) const {
  control::MetricsQuery query;
  query.cancel = std::move(cancel);
  query.since = span.since;
  query.until = span.until;
  query.where = selection_.filter();
  query.bucket_us = bucket;
  query.align_offset_us = selection_.zone().offsetAt(span.since);
  return query;
}

void MetricsSeries::queryAll() {
  const Span span = span_;
  QElapsedTimer clock;
  clock.start();
  client_.queryMetrics(all_.next(), queryFor(span, bucket_us_, all_off_.next()), [this, span, clock](const Result<domain::MetricsReport>& report) {
    if (!report) return setState(State::Failed, QString::fromStdString(report.error().message));
    query_ms_ = static_cast<double>(clock.nsecsElapsed()) / 1e6;
    queried_.clear();
    queried_total_ = report->total;
    takeReport(*report, span.since, span.until);
    const bool nothing = total_.requests == 0;
    setState(!nothing ? State::Ready : selection_.filter().all.empty() ? State::NoData : State::Filtered);
    Q_EMIT changed();
  });
}

void MetricsSeries::queryEnd() {
  const WallMicros now = client_.routerNow();
  span_ = selection_.range().at(now);
  if (!std::exchange(anything_new_, false)) {
    build();  // time passes also when nothing happens
    Q_EMIT changed();
    return;
  }
  const WallMicros from = std::max(span_.since, known_until_ - kEndBuckets * bucket_us_);
  const auto first = queried_.upper_bound(from);
  const WallMicros aligned = first == queried_.begin() ? span_.since : std::prev(first)->first;
  const Ticket ticket = end_.next();
  const auto off = end_off_.next();
  client_.queryMetrics(ticket, queryFor(span_, 0, off), [this](const Result<domain::MetricsReport>& report) {
    if (report) queried_total_ = report->total;
  });
  client_.queryMetrics(ticket, queryFor({aligned, now}, bucket_us_, off), [this, aligned, now](const auto& report) {
    if (!report) return;
    takeReport(*report, aligned, now);
    if (total_.requests > 0) setState(State::Ready);
    Q_EMIT changed();
  });
  if (wants_comparisons_ && since_baselines_.elapsed() > kBaselinesEveryMs) queryComparisons();
}

void MetricsSeries::queryComparisons() {
  since_baselines_.start();
  const Ticket ticket = base_.next();
  const Span before{span_.since - span_.length(), span_.since};
  const auto off = base_off_.next();
  client_.queryMetrics(ticket, queryFor(before, 0, off), [this](const Result<domain::MetricsReport>& report) {
    previous_ = report ? std::optional(report->total) : std::nullopt;
    Q_EMIT baselinesChanged();
  });
  client_.queryBaselines(ticket, queryFor(span_, 0, off), [this](const Result<std::vector<domain::Baseline>>& baselines) {
    baselines_known_ = baselines.has_value();
    baselines_ = baselines ? *baselines : std::vector<domain::Baseline>();
    Q_EMIT baselinesChanged();
  });
}

void MetricsSeries::takeReport(const domain::MetricsReport& report, WallMicros from, WallMicros until) {
  queried_.erase(queried_.lower_bound(from), queried_.end());
  for (const domain::MetricsBucket& bucket : report.buckets) queried_[bucket.since] = bucket;
  known_until_ = until;
  std::erase_if(fresh_, [&](const domain::MetricsBucket& delta) { return delta.since < until; });
  build();
}

void MetricsSeries::takeDeltas(const std::vector<control::MetricsDelta>& deltas) {
  for (const control::MetricsDelta& delta : deltas) {
    if (delta.bucket.requests == 0 && delta.bucket.graded == 0) continue;
    anything_new_ = true;
    if (delta.bucket.since >= known_until_ && known_until_ > 0) fresh_.push_back(delta.bucket);
  }
  if (known_until_ == 0) return;
  span_ = selection_.range().at(client_.routerNow());
  build();
  if (total_.requests > 0 && (state_ == State::NoData || state_ == State::Filtered)) setState(State::Ready);
  Q_EMIT changed();
}

void MetricsSeries::build() {
  queried_.erase(queried_.begin(), queried_.lower_bound(span_.since - bucket_us_ + 1));
  total_ = queried_total_;
  std::map<WallMicros, domain::MetricsBucket> all = queried_;
  const WallMicros offset = selection_.zone().offsetAt(span_.since);
  for (const domain::MetricsBucket& delta : fresh_) {
    addCounts(total_, delta);
    const WallMicros local = delta.since + offset;
    const WallMicros start = local - local % bucket_us_ - offset;
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

void MetricsSeries::setState(State state, const QString& error) {
  if (state_ == state && error_ == error) return;
  state_ = state;
  error_ = error;
  Q_EMIT changed();
}

}  // namespace signalbox::ui
