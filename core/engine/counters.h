// SPDX-License-Identifier: Apache-2.0
// What /metrics shows. Counters are atomics that the hot path adds to; the text is made when somebody asks.
#pragma once
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/seconds_histogram.h"
#include "domain/decision.h"
#include "domain/event.h"
#include "domain/policy_document.h"
#include "journal/journal.h"

namespace signalbox::engine {

class Counters {
 public:
  explicit Counters(std::vector<std::string> tiers);
  void decided(const domain::Decision& decision);
  void refused(int status);

  std::atomic<std::int64_t> in_flight{0};

  // Prometheus text exposition format 0.0.4.
  [[nodiscard]] std::string text(const domain::JournalStatus& journal, const std::vector<domain::UpstreamStatus>& upstreams,
                                 domain::Revision revision, const journal::CommitTimes& commits) const;

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
