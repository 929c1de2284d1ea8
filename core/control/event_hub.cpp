// SPDX-License-Identifier: Apache-2.0
#include "control/event_hub.h"

#include <algorithm>
#include <deque>

namespace signalbox::control {

// One decision of a published batch; the batch lives as long as somebody has to read from it.
struct HubItem {
  domain::CommittedRows batch;
  std::size_t at = 0;
  [[nodiscard]] const domain::CommittedDecision& get() const { return (*batch)[at]; }
};

struct HubSubscriber {
  domain::Where where;
  Sink<DecisionBatch> sink;
  bool held = true;            // under the hub's mutex, as are the three below
  std::deque<HubItem> queue;
  std::int64_t dropped = 0;
  std::int64_t seq = 0;        // the last one looked at
  std::recursive_mutex calling;
  bool ended = false;          // under `calling`: nothing is delivered afterwards
};

EventHub::EventHub(HubOptions options) : options_(options) {
  thread_ = std::thread([this] { run(); });
}

EventHub::~EventHub() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void EventHub::startAt(std::int64_t seq) {
  const std::lock_guard lock(mutex_);
  seq_ = seq;
}

std::int64_t EventHub::seq() const {
  const std::lock_guard lock(mutex_);
  return seq_;
}

std::size_t EventHub::subscribers() const {
  const std::lock_guard lock(mutex_);
  return subscribers_.size();
}

void EventHub::publish(domain::CommittedRows batch) {
  if (batch->empty()) return;
  const std::int64_t last = batch->back().seq;
  std::unique_lock lock(mutex_);
  seq_ = last;
  if (subscribers_.empty()) return;
  for (const auto& subscriber : subscribers_) {
    for (std::size_t i = 0; i < batch->size(); ++i) {
      const domain::CommittedDecision& one = (*batch)[i];
      if (one.seq <= subscriber->seq || !domain::matches(subscriber->where, one.decision)) continue;
      if (subscriber->queue.size() >= options_.most_queued) {
        subscriber->queue.pop_front();
        ++subscriber->dropped;
      }
      subscriber->queue.push_back({batch, i});
    }
    subscriber->seq = std::max(subscriber->seq, last);
  }
  dirty_ = true;
  lock.unlock();
  wake_.notify_one();
}

EventHub::Held EventHub::hold(domain::Where where, Sink<DecisionBatch> sink) {
  Held held;
  held.hub_ = this;
  held.subscriber_ = std::make_shared<HubSubscriber>();
  held.subscriber_->where = std::move(where);
  held.subscriber_->sink = std::move(sink);
  const std::lock_guard lock(mutex_);
  held.seq_ = held.subscriber_->seq = seq_;
  subscribers_.push_back(held.subscriber_);
  return held;
}

Subscription EventHub::Held::start() && {
  {
    const std::lock_guard lock(hub_->mutex_);
    subscriber_->held = false;
    if (!subscriber_->queue.empty()) hub_->dirty_ = true;
  }
  hub_->wake_.notify_one();
  return Subscription([hub = hub_, subscriber = std::move(subscriber_)] { hub->remove(subscriber); });
}

void EventHub::remove(const std::shared_ptr<HubSubscriber>& subscriber) {
  {
    const std::lock_guard lock(mutex_);
    std::erase(subscribers_, subscriber);
  }
  const std::lock_guard calling(subscriber->calling);  // waits for a call that is under way, unless it is this one
  subscriber->ended = true;
}

namespace {

// Takes what is waiting; the newest `most` of it, the rest counted.
std::pair<std::vector<HubItem>, DecisionBatch> takeWaiting(HubSubscriber& subscriber, std::size_t most) {
  DecisionBatch batch;
  while (subscriber.queue.size() > most) {
    subscriber.queue.pop_front();
    ++subscriber.dropped;
  }
  batch.seq = subscriber.seq;
  batch.dropped = std::exchange(subscriber.dropped, 0);
  std::vector<HubItem> items(std::make_move_iterator(subscriber.queue.begin()), std::make_move_iterator(subscriber.queue.end()));
  subscriber.queue.clear();
  return {std::move(items), std::move(batch)};
}

void deliver(HubSubscriber& subscriber, const std::vector<HubItem>& items, DecisionBatch batch) {
  batch.items.reserve(items.size());
  for (const HubItem& item : items) batch.items.push_back(item.get());
  const std::lock_guard calling(subscriber.calling);
  if (!subscriber.ended) subscriber.sink(std::move(batch));
}

}  // namespace

void EventHub::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return dirty_ || stopping_; });
    // What comes within one pace travels together.
    wake_.wait_for(lock, options_.pace, [&] { return stopping_; });
    if (stopping_) return;
    dirty_ = false;
    for (const auto& subscriber : std::vector(subscribers_)) {
      if (subscriber->held || subscriber->queue.empty()) continue;
      auto [items, batch] = takeWaiting(*subscriber, options_.most_in_batch);
      lock.unlock();
      deliver(*subscriber, items, std::move(batch));
      lock.lock();
    }
  }
}

}  // namespace signalbox::control
