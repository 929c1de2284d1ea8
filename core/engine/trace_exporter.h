// SPDX-License-Identifier: Apache-2.0
// Sends the traces of sampled decisions to the collector that the configuration names, from a thread of its own. Workers hand over
// copies through a bounded queue that counts what finds no room; nothing here ever makes a request wait.
#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "config/config.h"
#include "engine/trace_counts.h"
#include "engine/trace_spans.h"
#include "upstream/http_post.h"

namespace signalbox::engine {

struct TraceLimits {
  std::size_t queue = 2048;  // traces
  std::size_t batch = 256;   // traces a POST
  Duration every = std::chrono::seconds(1);
  Duration timeout = std::chrono::seconds(10);
  int tries = 4;
  Duration first_wait = std::chrono::milliseconds(500);  // doubles from try to try
};

class TraceExporter {
 public:
  // REQUIRES: config.otlp.
  TraceExporter(const config::Config& config, const std::string& version, TraceLimits limits = {});
  ~TraceExporter();
  TraceExporter(const TraceExporter&) = delete;
  TraceExporter& operator=(const TraceExporter&) = delete;

  // Any thread. `traceparent`: the client's header, may be empty.
  void decided(const domain::Decision& decision, std::string_view traceparent);
  // Sends what is left within `patience`; the rest is counted as dropped.
  void stop(Duration patience);
  [[nodiscard]] const TraceCounts& counts() const { return counts_; }

 private:
  void run();
  [[nodiscard]] std::vector<Trace> take();
  void send(const std::vector<Trace>& batch);
  // True where it was taken; false where it never will be, or there is no time left.
  [[nodiscard]] bool deliver(const std::string& body);
  [[nodiscard]] bool pause(Duration wait);
  [[nodiscard]] Duration timeLeft();

  const double share_;
  const TraceLimits limits_;
  const TraceResource resource_;
  upstream::HttpPost post_;
  TraceCounts counts_;
  std::mutex mutex_;  // of what follows
  std::condition_variable wake_, finished_;
  std::vector<Trace> queue_;
  bool stopping_ = false;
  bool done_ = false;
  SteadyTime end_ = SteadyTime::max();
  bool complained_ = false;  // the exporter's thread alone
  std::thread thread_;
};

}  // namespace signalbox::engine
