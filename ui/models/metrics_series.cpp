// SPDX-License-Identifier: GPL-3.0-only
#include "models/metrics_series.h"

#include <algorithm>
#include <utility>

namespace signalbox::ui {

namespace {
constexpr int kRefreshMs = 2'000;
constexpr qint64 kBaselinesEveryMs = 15'000;
constexpr int kEndBuckets = 2;  // how many are queried again at the open end
constexpr qint64 kRestPerWork = 4;  // of a router that takes long at most a quarter of the time is taken
}  // namespace

MetricsSeries::MetricsSeries(ConsoleClient& client, Selection& selection, int most_buckets, QObject* parent)
    : QObject(parent), client_(client), selection_(selection), most_buckets_(most_buckets), all_(this), end_(this), base_(this),
      tail_(client) {
  const auto again = [this] {
    if (running_) reload();
    else of_another_ = true;
  };
  connect(&selection_, &Selection::rangeChanged, this, again);
  connect(&selection_, &Selection::filterChanged, this, again);
  connect(&selection_, &Selection::zoneChanged, this, again);
  connect(&client_, &ConsoleClient::sessionChanged, this, again);
  connect(&client_, &ConsoleClient::resumed, this, [this] {
    if (running_ && (state_ == State::Failed || missed_)) reload();
  });
  connect(&client_, &ConsoleClient::labelled, this, [this] { anything_new_ = true; });
  connect(&tail_, &MetricsTail::arrived, this, &MetricsSeries::takeDeltas);
  refresh_.setInterval(kRefreshMs);
  connect(&refresh_, &QTimer::timeout, this, &MetricsSeries::queryEnd);
}

void MetricsSeries::start() {
  if (std::exchange(running_, true)) return;
  // While the router is away what is known stays, with its age; it is asked anew when the router is back.
  missed_ = !of_another_ && known_until_ > 0 && client_.api() && !client_.link().isUp();
  if (!missed_) reload();
}

void MetricsSeries::stop() {
  running_ = false;
  asking_end_ = false;
  all_.cancel();
  end_.cancel();
  base_.cancel();
  for (CallOff* off : {&all_off_, &end_off_, &base_off_}) off->cancel();
  tail_.stop();
  refresh_.stop();
}

// Another range, filter or session: what was known would stand under wrong times, or under another router's name.
void MetricsSeries::forget() {
  for (Asker* asker : {&all_, &end_, &base_}) asker->cancel();
  for (CallOff* off : {&all_off_, &end_off_, &base_off_}) off->cancel();
  asking_end_ = false;
  end_wait_ms_ = 0;
  known_until_ = 0;
  queried_total_ = total_ = {};
  queried_.clear();
  buckets_.clear();
  fresh_.clear();
  anything_new_ = false;
  previous_.reset();
  kept_since_.reset();
  baselines_.clear();
  baselines_known_ = false;
  Q_EMIT baselinesChanged();
}

void MetricsSeries::reload() {
  missed_ = of_another_ = false;
  forget();
  span_ = selection_.range().at(client_.routerNow());
  bucket_us_ = bucketFor(span_, most_buckets_);
  if (!client_.api()) {
    tail_.stop();
    refresh_.stop();
    return setState(State::Offline);
  }
  setState(State::Loading);
  if (selection_.range().isLive()) {
    tail_.start({selection_.filter(), 1000});
    refresh_.start();
  } else {
    tail_.stop();
    refresh_.stop();
  }
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
    kept_since_ = report->kept_since;
    takeReport(*report, span.since, span.until);
    const bool nothing = total_.requests == 0;
    setState(!nothing ? State::Ready : selection_.filter().all.empty() ? State::NoData : State::Filtered);
    Q_EMIT changed();
  });
}

// One question at a time, and pauses that grow with what the answer costs the router.
bool MetricsSeries::mayAskEnd() const {
  return known_until_ > 0 && !asking_end_ && (!since_end_.isValid() || since_end_.elapsed() >= end_wait_ms_);
}

void MetricsSeries::queryEnd() {
  const WallMicros now = client_.routerNow();
  if (!anything_new_ || !mayAskEnd()) {
    if (known_until_ == 0) return;
    span_ = selection_.range().at(now);
    build();  // time passes also when nothing happens
    Q_EMIT changed();
    return;
  }
  anything_new_ = false;
  asking_end_ = true;
  since_end_.start();
  span_ = selection_.range().at(now);
  const WallMicros from = std::max(span_.since, known_until_ - kEndBuckets * bucket_us_);
  const auto first = queried_.upper_bound(from);
  const auto asked = std::make_shared<EndQuestion>();
  asked->from = first == queried_.begin() ? span_.since : std::prev(first)->first;
  asked->until = now;
  const Ticket ticket = end_.next();
  const auto off = end_off_.next();
  client_.queryMetrics(ticket, queryFor(span_, 0, off), [this, asked](const Result<domain::MetricsReport>& report) {
    if (report) asked->total = report->total, asked->kept_since = report->kept_since;
    if (--asked->open == 0) takeEnd(*asked);
  });
  client_.queryMetrics(ticket, queryFor({asked->from, now}, bucket_us_, off), [this, asked](const Result<domain::MetricsReport>& report) {
    if (report) asked->end = *report;
    if (--asked->open == 0) takeEnd(*asked);
  });
  if (wants_comparisons_ && since_baselines_.elapsed() > kBaselinesEveryMs) queryComparisons();
}

void MetricsSeries::takeEnd(const EndQuestion& answered) {
  asking_end_ = false;
  end_wait_ms_ = kRestPerWork * since_end_.elapsed();
  if (!answered.total || !answered.end) {
    anything_new_ = true;  // still not known
    return;
  }
  queried_total_ = *answered.total;
  kept_since_ = answered.kept_since;
  takeReport(*answered.end, answered.from, answered.until);
  if (total_.requests > 0) setState(State::Ready);
  Q_EMIT changed();
}

void MetricsSeries::queryComparisons() {
  since_baselines_.start();
  const Ticket ticket = base_.next();
  const Span before{span_.since - span_.length(), span_.since};
  const auto off = base_off_.next();
  client_.queryMetrics(ticket, queryFor(before, 0, off), [this](const Result<domain::MetricsReport>& report) {
    // A range of which a part is deleted is no measure of the present one.
    previous_ = report && !report->kept_since ? std::optional(report->total) : std::nullopt;
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
    if (delta.gap) anything_new_ = true;  // what is missing since known_until_ comes with the next query
    if (delta.bucket.requests == 0 && delta.bucket.graded == 0) continue;
    anything_new_ = true;
    if (delta.bucket.since >= known_until_ && known_until_ > 0) fresh_.push_back(delta.bucket);
  }
  if (known_until_ == 0) return;
  span_ = selection_.range().at(client_.routerNow());
  boundFresh();
  build();
  if (total_.requests > 0 && (state_ == State::NoData || state_ == State::Filtered)) setState(State::Ready);
  Q_EMIT changed();
}

void MetricsSeries::setState(State state, const QString& error) {
  if (state_ == state && error_ == error) return;
  state_ = state;
  error_ = error;
  Q_EMIT changed();
}

}  // namespace signalbox::ui
