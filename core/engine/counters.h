// SPDX-License-Identifier: Apache-2.0
// What /metrics shows. Counters are atomics that the hot path adds to; the text is made when somebody asks.
#pragma once
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "domain/decision.h"
#include "domain/event.h"
#include "domain/policy_document.h"

namespace signalbox::engine {

// Cumulative histogram of seconds in fixed buckets.
class SecondsHistogram {
 public:
  static constexpr std::array<double, 14> kBounds{0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30};
  void add(double seconds);
  void write(std::string& out, const std::string& name, const std::string& labels) const;

 private:
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> counts_{};
  std::atomic<std::uint64_t> nanos_{0};
};

class Counters {
 public:
  explicit Counters(std::vector<std::string> tiers);
  void decided(const domain::Decision& decision);
  void refused(int status);

  std::atomic<std::int64_t> in_flight{0};

  // Prometheus text exposition format 0.0.4.
  [[nodiscard]] std::string text(const domain::JournalStatus& journal, const std::vector<domain::UpstreamStatus>& upstreams,
                                 domain::Revision revision) const;

 private:
  using Count = std::atomic<std::uint64_t>;
  std::vector<std::string> tiers_;
  std::vector<Count> by_tier_;
  std::array<Count, 6> by_outcome_{};
  std::array<Count, 4> by_verdict_{};
  std::array<Count, 6> by_status_class_{};
  std::map<int, Count> refused_;  // filled once, in the constructor
  Count escalated_{0}, failovers_{0};
  std::atomic<std::uint64_t> cost_nano_usd_{0};
  Count cost_unknown_{0};
  SecondsHistogram latency_, overhead_;
};

}  // namespace signalbox::engine
