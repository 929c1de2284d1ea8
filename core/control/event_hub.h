// SPDX-License-Identifier: Apache-2.0
// Fans committed decisions out to live tails. Publishing copies nothing when nobody listens and never waits; every subscriber has
// a bounded queue, is called at most once per `pace` with one batch, and is told how many it lost. What a subscriber missed while
// it was away comes from the store, read by whoever opens the subscription: hold() notes the place in the sequence and keeps what
// is published meanwhile, start() lets it through after the first batch. Thread-safe; sinks are called on the hub's own thread
// and must be quick. Owned by the engine's EventFeed.
#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/subscription.h"
#include "control/console_api.h"

namespace signalbox::control {

struct HubOptions {
  std::size_t most_queued = 4096;                 // decisions waiting for one subscriber; the oldest go first, counted
  std::size_t most_in_batch = 500;                // of those, what one batch brings; the newest are kept
  Duration pace = std::chrono::milliseconds(100);
};

class EventHub {
 public:
  explicit EventHub(HubOptions options = {});
  ~EventHub();  // joins; no sink is called afterwards

  // The last sequence number that was published; startAt() once, before the first publish.
  void startAt(std::int64_t seq);
  [[nodiscard]] std::int64_t seq() const;

  // In order of seq. One publisher at a time.
  void publish(domain::CommittedRows decisions);

  class Held {
   public:
    // Everything up to here is the opener's business, everything after it comes by itself.
    [[nodiscard]] std::int64_t seq() const { return seq_; }
    // Hands over what came before, then lets live decisions follow. Ended by the Subscription.
    [[nodiscard]] Subscription start() &&;

   private:
    friend class EventHub;
    EventHub* hub_ = nullptr;
    std::shared_ptr<struct HubSubscriber> subscriber_;
    std::int64_t seq_ = 0;
  };
  [[nodiscard]] Held hold(domain::Where where, Sink<DecisionBatch> sink);

  [[nodiscard]] std::size_t subscribers() const;

 private:
  void run();
  void remove(const std::shared_ptr<HubSubscriber>& subscriber);

  const HubOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::int64_t seq_ = 0;
  bool dirty_ = false;
  bool stopping_ = false;
  std::vector<std::shared_ptr<HubSubscriber>> subscribers_;
  std::thread thread_;
};

}  // namespace signalbox::control
