// SPDX-License-Identifier: Apache-2.0
// Sends the prompts of an outcomes file to a target: as fast as `concurrency` allows, at a rate, or when a trace says; grades
// the answers and posts the grades. run() blocks its caller; stop() and the counters may be used from other threads.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lab/replay_client.h"
#include "lab/replay_tally.h"

namespace signalbox::lab {

struct ReplayOptions {
  std::shared_ptr<const Outcomes> outcomes;
  std::vector<std::size_t> rows;  // which to send, in order; empty = all
  server::HttpTarget target;
  CallOptions call;
  std::optional<double> rate;      // requests a second
  std::vector<Duration> arrivals;  // since the start; in order; empty = none
  std::size_t concurrency = 8;
  std::size_t count = 0;           // requests; goes round the rows when there are fewer
  bool label = false;
  Grading grading = Grading::Record;
};

struct ReplayRun {
  ReplayTally tally;
  std::string models;    // what GET /v1/models said; empty when it was not answered
  double seconds = 0;
  std::size_t late = 0;  // sent more than 10 ms after they were due: the target or this machine was too slow
  bool partial = false;  // stopped before all were sent
};

class Replay {
 public:
  explicit Replay(ReplayOptions options);
  ~Replay();
  // UpstreamConnect when the target cannot be reached at all, Unauthenticated when it refuses the key; single failures are results.
  [[nodiscard]] Result<ReplayRun> run();
  void stop();
  [[nodiscard]] std::size_t sent() const { return sent_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t ended() const { return ended_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t failed() const { return failed_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t total() const { return options_.count; }

 private:
  struct Loop;
  Task<void> worker();
  Task<bool> waitFor(std::size_t request);
  [[nodiscard]] std::optional<Duration> due(std::size_t request) const;

  ReplayOptions options_;
  std::unique_ptr<Loop> loop_;
  ReplayRun run_;
  SteadyTime begun_{};
  std::size_t next_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> sent_{0}, ended_{0}, failed_{0};
};

}  // namespace signalbox::lab
