// SPDX-License-Identifier: Apache-2.0
// Hears from the journal what was committed and keeps what live views are drawn from: rollups of every decision ever written
// (those of earlier runs are read from the store in the background) and the hub of live tails. Owned by the router; made before
// the journal is opened for writing, stopped before the journal goes. The journal's thread only hands rows over.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "analytics/rollup.h"
#include "base/subscription.h"
#include "control/event_hub.h"
#include "journal/journal.h"

namespace signalbox::engine {

class EventFeed final : public journal::Observer {
 public:
  // Further behind than `most_queued` decisions, the feed is told no more of them and reads what it missed from the store: the
  // journal never waits for a view.
  explicit EventFeed(control::HubOptions hub = {}, std::size_t most_queued = 64 * 1024);
  ~EventFeed() override;

  // REQUIRES: once, before the first append or label. Reads where the sequence stands, then fills the rollups in the background,
  // from the store as it is now: what is heard later comes on top.
  [[nodiscard]] Result<void> start(journal::Journal& journal);
  // Lets go of the journal. Twice is no error; what is committed afterwards is not heard.
  void stop();

  void decisionsCommitted(domain::CommittedRows decisions) override;
  void regraded(const domain::Regrade& grade) override;
  void policyCommitted(const domain::PolicyRevision& revision) override;
  void decisionsRetired(WallMicros oldest) override;

  [[nodiscard]] control::EventHub& hub() { return hub_; }
  // Whether metrics() is exact: the decisions of earlier runs are in the rollups, and the buckets fall on kept steps. Else the
  // store has to be asked.
  [[nodiscard]] bool covers(WallMicros since, WallMicros until, WallMicros bucket_us, WallMicros offset_us) const;
  [[nodiscard]] bool warm() const { return warm_.load(std::memory_order_acquire); }
  [[nodiscard]] domain::MetricsReport metrics(WallMicros since, WallMicros until, WallMicros bucket_us, WallMicros offset_us) const;
  [[nodiscard]] WallMicros lastEventTime() const { return last_event_.load(std::memory_order_relaxed); }

  // Hears every decision after `from` (which is set here) on the feed's thread; must be quick.
  [[nodiscard]] Subscription listen(std::function<void(std::span<const domain::CommittedDecision>)> listener, std::int64_t& from);
  // Waits until everything the journal has told is in the rollups and published to the hub.
  void settle();

 private:
  struct Retired {
    WallMicros oldest;
  };
  using Item = std::variant<domain::CommittedRows, domain::Regrade, Retired>;
  void hear(Item item);
  void run();
  void catchUp(std::int64_t upto);
  void warmUp();
  void take(const domain::CommittedRows& decisions);
  void take(const domain::Regrade& grade);
  void take(const Retired& retired);
  void remember(const std::vector<domain::CommittedDecision>& caught_up);

  control::EventHub hub_;
  mutable std::mutex rollups_mutex_;
  analytics::RollupStore rollups_;
  std::atomic<bool> warm_{false};
  std::atomic<WallMicros> last_event_{0};

  std::mutex queue_mutex_;
  std::condition_variable wake_, idle_;
  std::deque<Item> queue_;
  std::size_t queued_rows_ = 0;
  std::int64_t missed_upto_ = 0;      // the last sequence number that was not queued
  bool busy_ = false;
  bool stopping_ = true;

  std::mutex listeners_mutex_;
  std::int64_t told_ = 0;             // the last sequence number that listeners heard of
  std::list<std::function<void(std::span<const domain::CommittedDecision>)>> listeners_;

  const std::size_t most_queued_;
  std::atomic<std::int64_t> taken_{0};  // the last sequence number that is in the rollups; the feed's thread sets it
  std::int64_t first_live_seq_ = 0;   // rows above it are told by the journal, not read by warmUp()
  std::atomic<bool> snapshot_{false}; // the warm-up's view of the store is fixed
  // Scores that came with rows read again: the grades that made them may still be on their way. The feed's thread; bounded.
  std::map<domain::DecisionId, std::optional<double>> scores_;
  std::unique_ptr<journal::Reader> reader_, warm_reader_;
  std::thread thread_, warm_thread_;
};

}  // namespace signalbox::engine
