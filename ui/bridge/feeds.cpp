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

// When too much waits the oldest go, and what is left says that there is a gap.
void keepLatest(std::vector<control::MetricsDelta>& waiting, control::MetricsDelta delta) {
  if (waiting.size() >= kMostDeltasWaiting) {
    waiting.erase(waiting.begin());
    delta.gap = true;
  }
  waiting.push_back(std::move(delta));
}
}  // namespace

DecisionTail::DecisionTail(ConsoleClient& client, QObject* parent)
    : QObject(parent), line_(this, client, &control::ConsoleApi::subscribeDecisions, kDecisionsEveryMs, joinBatches,
                             {[this] { Q_EMIT restarted(); },
                              [this](const std::vector<control::DecisionBatch>& batches) {
                                for (const control::DecisionBatch& batch : batches) Q_EMIT arrived(batch);
                              },
                              [this](const Error& error) { Q_EMIT failed(error); }}) {}

MetricsTail::MetricsTail(ConsoleClient& client, QObject* parent)
    : QObject(parent), line_(this, client, &control::ConsoleApi::subscribeMetrics, kMetricsEveryMs, keepLatest,
                             {[this] { Q_EMIT restarted(); },
                              [this](const std::vector<control::MetricsDelta>& deltas) { Q_EMIT arrived(deltas); },
                              [this](const Error& error) { Q_EMIT failed(error); }}) {}

}  // namespace signalbox::ui
