// SPDX-License-Identifier: GPL-3.0-only
#include "bridge/feeds.h"

#include <iterator>
#include <utility>

namespace signalbox::ui {

namespace {
constexpr int kDecisionsEveryMs = 250;
constexpr int kMetricsEveryMs = 34;
constexpr std::size_t kMostDecisionsWaiting = 20'000;
constexpr std::size_t kMostDeltasWaiting = 1'000;

// What waits is one batch; when too much waits the oldest rows go, and are counted.
void joinBatches(std::vector<control::DecisionBatch>& waiting, control::DecisionBatch batch) {
  if (waiting.empty()) {
    waiting.push_back(std::move(batch));
  } else {
    control::DecisionBatch& whole = waiting.front();
    whole.seq = batch.seq;
    whole.dropped += batch.dropped;
    whole.gap = whole.gap || batch.gap;
    std::move(batch.items.begin(), batch.items.end(), std::back_inserter(whole.items));
  }
  auto& items = waiting.front().items;
  if (items.size() <= kMostDecisionsWaiting) return;
  const auto excess = static_cast<std::ptrdiff_t>(items.size() - kMostDecisionsWaiting);
  items.erase(items.begin(), items.begin() + excess);
  waiting.front().dropped += excess;
}

void keepLatest(std::vector<control::MetricsDelta>& waiting, control::MetricsDelta delta) {
  if (waiting.size() >= kMostDeltasWaiting) waiting.erase(waiting.begin());
  waiting.push_back(std::move(delta));
}
}  // namespace

DecisionTail::DecisionTail(ConsoleClient& client, QObject* parent) : QObject(parent), client_(client), asker_(this) {
  connect(&client_, &ConsoleClient::sessionChanged, this, [this] {
    feed_.reset();
    if (!wanted_) return;
    Q_EMIT restarted();
    subscribe();
  });
}

void DecisionTail::start(control::DecisionFeed feed) {
  wanted_ = std::move(feed);
  subscribe();
}

void DecisionTail::stop() {
  wanted_.reset();
  asker_.cancel();
  feed_.reset();
}

void DecisionTail::subscribe() {
  feed_.reset();
  const Ticket ticket = asker_.next();
  if (!client_.api()) return;
  const auto box = std::make_shared<Mailbox<control::DecisionBatch>>(
      this, kDecisionsEveryMs,
      [this, ticket](std::vector<control::DecisionBatch> batches) {
        if (!ticket.isValid()) return;
        for (const control::DecisionBatch& batch : batches) Q_EMIT arrived(batch);
      },
      joinBatches);
  feed_ = client_.api()->subscribeDecisions(*wanted_, [this, ticket, box](Result<control::DecisionBatch> batch) {
    if (batch) return box->push(std::move(*batch));
    onGuiThread([this, ticket, error = batch.error()] {
      if (ticket.isValid()) Q_EMIT failed(error);
    });
  });
}

MetricsTail::MetricsTail(ConsoleClient& client, QObject* parent) : QObject(parent), client_(client), asker_(this) {
  connect(&client_, &ConsoleClient::sessionChanged, this, [this] {
    feed_.reset();
    if (!wanted_) return;
    Q_EMIT restarted();
    subscribe();
  });
}

void MetricsTail::start(control::MetricsFeed feed) {
  wanted_ = std::move(feed);
  subscribe();
}

void MetricsTail::stop() {
  wanted_.reset();
  asker_.cancel();
  feed_.reset();
}

void MetricsTail::subscribe() {
  feed_.reset();
  const Ticket ticket = asker_.next();
  if (!client_.api()) return;
  const auto box = std::make_shared<Mailbox<control::MetricsDelta>>(
      this, kMetricsEveryMs,
      [this, ticket](std::vector<control::MetricsDelta> deltas) {
        if (ticket.isValid()) Q_EMIT arrived(deltas);
      },
      keepLatest);
  feed_ = client_.api()->subscribeMetrics(*wanted_, [this, ticket, box](Result<control::MetricsDelta> delta) {
    if (delta) return box->push(std::move(*delta));
    onGuiThread([this, ticket, error = delta.error()] {
      if (ticket.isValid()) Q_EMIT failed(error);
    });
  });
}

}  // namespace signalbox::ui
