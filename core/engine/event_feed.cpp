// SPDX-License-Identifier: Apache-2.0
#include "engine/event_feed.h"

#include <algorithm>

#include "base/log.h"

namespace signalbox::engine {
namespace {

constexpr std::size_t kMostEarlyLabels = 10'000;
constexpr std::size_t kMostScores = 100'000;

// The score that counts: the best source, of equal ones the latest; unsure ones do not count.
std::optional<double> bestScore(const std::vector<domain::Label>& labels) {
  const domain::Label* best = nullptr;
  for (const domain::Label& label : labels) {
    if (!label.score) continue;
    if (!best || label.source < best->source || (label.source == best->source && label.ts >= best->ts)) best = &label;
  }
  return best ? best->score : std::nullopt;
}

bool same(const domain::Label& a, const domain::Label& b) { return a.ts == b.ts && a.source == b.source && a.score == b.score; }

}  // namespace

EventFeed::EventFeed(control::HubOptions hub, std::size_t most_queued) : hub_(hub), most_queued_(most_queued) {}
EventFeed::~EventFeed() { stop(); }

Result<void> EventFeed::start(journal::Journal& journal) {
  auto labels = journal.reader();
  if (!labels) return std::unexpected(std::move(labels.error()));
  auto warm = journal.reader();
  if (!warm) return std::unexpected(std::move(warm.error()));
  labels_reader_ = std::move(*labels);
  warm_reader_ = std::move(*warm);
  started_ = wallNow();
  const auto last = labels_reader_->lastSeq();
  if (!last) return std::unexpected(last.error());
  first_live_seq_ = *last;
  hub_.startAt(*last);
  told_ = *last;
  taken_ = *last;
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = false;
  }
  thread_ = std::thread([this] { run(); });
  warm_thread_ = std::thread([this] { warmUp(); });
  return {};
}

void EventFeed::stop() {
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  idle_.notify_all();
  if (warm_reader_) warm_reader_->interrupt();
  if (thread_.joinable()) thread_.join();
  if (warm_thread_.joinable()) warm_thread_.join();
  labels_reader_.reset();
  warm_reader_.reset();
}

void EventFeed::decisionsCommitted(domain::CommittedRows rows) {
  {
    const std::lock_guard lock(queue_mutex_);
    if (stopping_ || rows->empty()) return;
    if (queued_rows_ >= most_queued_) {
      missed_upto_ = rows->back().seq;
    } else {
      queued_rows_ += rows->size();
      queue_.emplace_back(std::move(rows));
    }
  }
  wake_.notify_one();
}

void EventFeed::labelCommitted(const domain::Label& label) {
  {
    const std::lock_guard lock(queue_mutex_);
    if (stopping_) return;
    queue_.emplace_back(label);
  }
  wake_.notify_one();
}

// The policy store tells of policies, confirmations included.
void EventFeed::policyCommitted(const domain::PolicyRevision&) {}

void EventFeed::run() {
  std::unique_lock lock(queue_mutex_);
  while (true) {
    busy_ = false;
    const auto missed = [&] { return missed_upto_ > taken_; };
    if (queue_.empty() && !missed()) idle_.notify_all();
    wake_.wait(lock, [&] { return stopping_ || !queue_.empty() || missed(); });
    if (stopping_) return;
    if (queue_.empty()) {
      busy_ = true;
      const std::int64_t upto = missed_upto_;
      lock.unlock();
      catchUp(upto);
      lock.lock();
      continue;
    }
    const Item item = std::move(queue_.front());
    queue_.pop_front();
    busy_ = true;
    if (const auto* rows = std::get_if<domain::CommittedRows>(&item)) queued_rows_ -= (*rows)->size();
    lock.unlock();
    std::visit([this](const auto& what) { take(what); }, item);
    lock.lock();
  }
}

// What was committed while the queue was full, read from the store up to and with `upto`.
void EventFeed::catchUp(std::int64_t upto) {
  constexpr std::size_t kPage = 1000;
  while (taken_ < upto) {
    auto page = labels_reader_->decisionsAfter(taken_, kPage);
    if (page) std::erase_if(*page, [&](const auto& row) { return row.seq > upto; });
    if (!page || page->empty()) {
      if (!page) {
        log::warn("decisions up to {} could not be read again for the live views: {}", upto, page.error().message);
        warm_.store(false, std::memory_order_release);  // the rollups lack them: the store is asked from now on
      }
      taken_ = upto;  // retired meanwhile, or unreadable; asking again would not help
      return;
    }
    take(std::make_shared<const std::vector<domain::CommittedDecision>>(std::move(*page)));
  }
}

void EventFeed::take(const domain::CommittedRows& rows) {
  if (rows->front().seq > taken_ + 1) catchUp(rows->front().seq - 1);
  // A label that came between them may have had these read from the store already.
  const auto next = std::find_if(rows->begin(), rows->end(), [&](const auto& row) { return row.seq > taken_; });
  if (next == rows->end()) return;
  if (next != rows->begin()) return take(std::make_shared<const std::vector<domain::CommittedDecision>>(next, rows->end()));
  const auto& decisions = *rows;
  {
    const std::lock_guard lock(rollups_mutex_);
    for (const auto& committed : decisions) {
      rollups_.add(committed.decision);
      if (committed.decision.score) remember(committed.decision.id, committed.decision.score);
      const auto early = early_.empty() ? early_.end() : early_.find(committed.decision.id);
      if (early == early_.end()) continue;
      const auto score = bestScore(early->second);
      rollups_.regrade(committed.decision, std::nullopt, score);
      remember(committed.decision.id, score);
      early_.erase(early);
    }
  }
  taken_ = decisions.back().seq;
  last_event_.store(decisions.back().decision.ts, std::memory_order_relaxed);
  hub_.publish(rows);
  const std::lock_guard lock(listeners_mutex_);
  told_ = decisions.back().seq;
  for (const auto& listener : listeners_) listener(decisions);
}

void EventFeed::take(const domain::Label& label) {
  std::int64_t missed = 0;
  {
    const std::lock_guard lock(queue_mutex_);
    missed = missed_upto_;
  }
  catchUp(missed);  // its decision may be among them
  auto decision = labels_reader_->decision(label.decision_id);
  const auto labels = labels_reader_->labels(label.decision_id);
  if (!decision && decision.error().code == ErrorCode::UnknownDecision && early_.size() < kMostEarlyLabels) {
    early_[label.decision_id].push_back(label);
    return;
  }
  if (!decision || !labels) return;
  const std::lock_guard lock(rollups_mutex_);
  // Of decisions that the warm-up has still to read, it will read the label too.
  if (!warm() && !scanning_.load(std::memory_order_acquire)) return;
  const auto before = scoreBefore(*decision, *labels, label);
  const auto after = bestScore(*labels);
  if (before != after) rollups_.regrade(*decision, before, after);
  remember(decision->id, after);
}

// The store may be ahead: it holds every label of a commit before the first of them is heard of here.
std::optional<double> EventFeed::scoreBefore(const domain::Decision& decision, const std::vector<domain::Label>& labels,
                                             const domain::Label& label) const {
  if (const auto known = scores_.find(decision.id); known != scores_.end()) return known->second;
  if (decision.ts >= started_ && forgotten_ < decision.id) return std::nullopt;  // never graded since it was written
  std::vector<domain::Label> earlier;
  for (const domain::Label& one : labels) {
    const bool later = one.ts >= label.ts && one.ts >= started_;
    if (!later && !same(one, label)) earlier.push_back(one);
  }
  return bestScore(earlier);
}

void EventFeed::remember(const domain::DecisionId& id, std::optional<double> score) {
  scores_[id] = score;
  if (scores_.size() <= kMostScores) return;
  forgotten_ = std::max(forgotten_, scores_.begin()->first);
  scores_.erase(scores_.begin());
}

void EventFeed::warmUp() {
  journal::DecisionQuery all;
  std::int64_t rows = 0;
  const auto done = warm_reader_->scan(all, true, [&](const domain::CommittedDecision& row) {
    scanning_.store(true, std::memory_order_release);
    if (row.seq > first_live_seq_) return true;
    ++rows;
    const std::lock_guard lock(rollups_mutex_);
    rollups_.add(row.decision);
    return true;
  });
  if (done) {
    warm_.store(true, std::memory_order_release);
    log::debug("{} decisions of earlier runs are in the rollups", rows);
  } else if (done.error().code != ErrorCode::Cancelled) {
    log::warn("earlier decisions could not be read for the rollups: {}", done.error().message);
  }
}

bool EventFeed::covers(WallMicros since, WallMicros until, WallMicros bucket_us, WallMicros offset_us) const {
  if (!warm()) return false;
  const std::lock_guard lock(rollups_mutex_);
  return rollups_.covers(since, until, bucket_us, offset_us);
}

domain::MetricsReport EventFeed::metrics(WallMicros since, WallMicros until, WallMicros bucket_us, WallMicros offset_us) const {
  const std::lock_guard lock(rollups_mutex_);
  return rollups_.query(since, until, bucket_us, offset_us);
}

Subscription EventFeed::listen(std::function<void(std::span<const domain::CommittedDecision>)> listener, std::int64_t& from) {
  const std::lock_guard lock(listeners_mutex_);
  from = told_;
  listeners_.push_back(std::move(listener));
  return Subscription([this, at = std::prev(listeners_.end())] {
    const std::lock_guard inner(listeners_mutex_);
    listeners_.erase(at);
  });
}

void EventFeed::settle() {
  std::unique_lock lock(queue_mutex_);
  idle_.wait(lock, [&] { return stopping_ || (queue_.empty() && !busy_ && missed_upto_ <= taken_); });
}

}  // namespace signalbox::engine
