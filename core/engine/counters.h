// SPDX-License-Identifier: Apache-2.0
// What /metrics shows. Counters are atomics that the hot path adds to; the text is made when somebody asks. Every series is made
// at the start, from the configuration: no request makes a new one.
#pragma once
#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/seconds_histogram.h"
#include "domain/decision.h"
#include "domain/event.h"
#include "domain/policy_document.h"
#include "engine/control_counts.h"
#include "engine/trace_counts.h"
#include "journal/journal.h"

namespace signalbox::config {
struct Config;
}

namespace signalbox::engine {

// Where an attempt can go: a deployment in a tier, or one that was asked for by name outside every tier.
struct CountedPlace {
  std::string tier;  // empty = outside
  std::string upstream;
  std::string model;
};
[[nodiscard]] std::vector<CountedPlace> countedPlaces(const config::Config& config);

class Counters {
 public:
  explicit Counters(std::vector<std::string> tiers, const std::vector<CountedPlace>& places = {});
  void decided(const domain::Decision& decision);
  void refused(int status);

  std::atomic<std::int64_t> in_flight{0};

  // What others know, at the time of asking.
  struct Facts {
    domain::JournalStatus journal;
    const std::vector<domain::UpstreamStatus>& upstreams;
    domain::Revision revision = 0;
    const journal::CommitTimes& commits;
    const ControlCounts& control;
    const TraceCounts* traces = nullptr;  // nullptr: none are sent
  };
  // Prometheus text exposition format 0.0.4.
  [[nodiscard]] std::string text(const Facts& facts) const;

 private:
  using Count = std::atomic<std::uint64_t>;
  struct Tier {
    explicit Tier(std::string tier_name);
    std::string name;
    Count requests{0};
    SecondsHistogram latency, first_token;
  };
  struct Place {
    explicit Place(CountedPlace counted) : where(std::move(counted)) {}
    CountedPlace where;
    Count attempts{0}, failed{0}, input{0}, output{0}, cost_nano_usd{0};
  };
  Place& placeOf(const domain::Attempt& attempt);
  void requestsText(class MetricsText& out) const;
  void tiersText(class MetricsText& out) const;
  void placesText(class MetricsText& out) const;

  std::deque<Tier> tiers_;    // the last one is for requests that no tier answered
  std::deque<Place> places_;  // the last one is for what the configuration does not know
  std::unordered_map<std::string, Place*> by_name_;  // filled in the constructor; "tier\nupstream/model"
  std::array<Count, 6> by_outcome_{};
  std::array<Count, 4> by_verdict_{};
  std::array<Count, 6> by_status_class_{};
  std::array<Count, 6> by_role_{};
  std::array<Count, 4> by_cache_{};
  std::map<int, Count> refused_;                  // filled in the constructor
  std::map<std::string, Count, std::less<>> by_error_;  // likewise: the codes of domain/error_status.h
  Count escalated_{0}, escalations_{0}, failed_attempts_{0}, cost_nano_usd_{0}, cost_unknown_{0}, estimated_{0};
  SecondsHistogram overhead_;
};

}  // namespace signalbox::engine
