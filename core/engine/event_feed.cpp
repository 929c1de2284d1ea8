// SPDX-License-Identifier: Apache-2.0
#include "engine/event_feed.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace signalbox::engine {
namespace {

constexpr std::size_t kMostScores = 100'000;

}  // namespace

EventFeed::EventFeed(control::HubOptions hub, std::size_t most_queued) : hub_(hub), most_queued_(most_queued) {}
EventFeed::~EventFeed() { stop(); }

Result<void> EventFeed::start(journal::Journal& journal) {
  auto reader = journal.reader();
  if (!reader) return std::unexpected(std::move(reader.error()));
  auto warm = journal.reader();
  if (!warm) return std::unexpected(std::move(warm.error()));
  reader_ = std::move(*reader);
  warm_reader_ = std::move(*warm);
  const auto last = reader_->lastSeq();
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
  snapshot_.wait(false);
  return {};
}

void EventFeed::stop() {
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
    if (warm_reader_) warm_reader_->interrupt();
  }
  wake_.notify_all();
  idle_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (warm_thread_.joinable()) warm_thread_.join();
  reader_.reset();
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

void EventFeed::regraded(const domain::Regrade& grade) { hear(grade); }
void EventFeed::decisionsRetired(WallMicros oldest) { hear(Retired{oldest}); }

void EventFeed::hear(Item item) {
  {
    const std::lock_guard lock(queue_mutex_);
    if (stopping_) return;
    queue_.push_back(std::move(item));
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
    auto page = reader_->decisionsAfter(taken_, kPage);
    if (page) std::erase_if(*page, [&](const auto& row) { return row.seq > upto; });
    if (!page || page->empty()) {
      if (!page) {
        log::warn("decisions up to {} could not be read again for the live views: {}", upto, page.error().message);
        warm_.store(false, std::memory_order_release);  // the rollups lack them: the store is asked from now on
      }
      taken_ = upto;  // retired meanwhile, or unreadable; asking again would not help
      return;
    }
    remember(*page);
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
    for (const auto& committed : decisions) rollups_.add(committed.decision);
  }
  taken_ = decisions.back().seq;
  last_event_.store(decisions.back().decision.ts, std::memory_order_relaxed);
  hub_.publish(rows);
  const std::lock_guard lock(listeners_mutex_);
  told_ = decisions.back().seq;
  for (const auto& listener : listeners_) listener(decisions);
}

void EventFeed::take(const domain::Regrade& grade) {
  std::int64_t missed = 0;
  {
    const std::lock_guard lock(queue_mutex_);
    missed = missed_upto_;
  }
  catchUp(missed);  // its decision may be among them
  domain::Regrade change = grade;
  // The store was ahead when the row was read again: it may have held this grade already.
  if (const auto known = scores_.find(grade.id); known != scores_.end())
    change.before = std::exchange(known->second, grade.after);
  if (change.before == change.after) return;
  const std::lock_guard lock(rollups_mutex_);
  rollups_.regrade(change);
}

void EventFeed::take(const Retired& retired) {
  const std::lock_guard lock(rollups_mutex_);
  rollups_.forget(retired.oldest);
}

void EventFeed::remember(const std::vector<domain::CommittedDecision>& caught_up) {
  for (const auto& row : caught_up) {
    if (row.decision.score) scores_[row.decision.id] = row.decision.score;
  }
  while (scores_.size() > kMostScores) scores_.erase(scores_.begin());
}

void EventFeed::warmUp() {
  journal::DecisionQuery all;
  std::int64_t rows = 0;
  const auto fixed = [this] {
    if (!snapshot_.exchange(true)) snapshot_.notify_all();
  };
  const auto done = warm_reader_->scan(all, true, [&](const domain::CommittedDecision& row) {
    fixed();
    if (row.seq > first_live_seq_) return true;
    ++rows;
    const std::lock_guard lock(rollups_mutex_);
    rollups_.add(row.decision);
    return true;
  });
  fixed();
  {
    const std::lock_guard lock(queue_mutex_);
    warm_reader_.reset();  // its pages are not needed again
  }
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
