// SPDX-License-Identifier: Apache-2.0
// What happened in the router, in the order in which it was committed; what live views are fed with.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "domain/decision.h"

namespace signalbox::domain {

// A decision together with its place in the router's sequence; `seq` is given when the journal commits.
struct CommittedDecision {
  std::int64_t seq = 0;
  Decision decision;
};

// One commit's decisions in order of seq; shared by everybody who hears of them, so that nothing is copied on the way.
using CommittedRows = std::shared_ptr<const std::vector<CommittedDecision>>;

// The grade of a decision that was committed before: what a label made of it.
struct Regrade {
  DecisionId id;
  WallMicros ts = 0;  // of the decision, like its cost
  std::optional<double> cost_usd;
  std::optional<double> before, after;  // the score that counts
};

struct JournalStatus {
  double lag_ms = 0;           // age of the oldest row not yet committed
  std::uint64_t dropped = 0;   // decisions lost to a full queue, since start
  std::int64_t rows = 0;       // decisions in the store
  std::int64_t bytes = 0;      // of the store's files
  std::int64_t interrupted = 0;  // begun before the last unclean end and never finished
  std::string fault;           // why nothing can be written just now; empty = all well
  std::int64_t retired = 0;    // decisions deleted since start, for their age or for room
  std::optional<WallMicros> kept_since;  // of the oldest decision, once older ones are gone
};

// What came of the last reload; while there was none, of the start.
struct ConfigStatus {
  std::string result;  // started applied refused
  WallMicros at = 0;
  std::vector<std::string> errors;   // of one that was refused: file:line:column: what, and what is allowed
  std::vector<std::string> restart;  // what differs from what is in force and takes a restart
  std::string policy_differs;        // how the policy file differs from the live policy; empty = not at all
};

struct RouterStatus {
  std::string state;  // starting ready degraded draining
  double uptime_s = 0;
  JournalStatus journal;
  std::int64_t memory_bytes = 0;
  std::int64_t in_flight = 0;
  WallMicros last_event_ts = 0;  // 0: none yet
  ConfigStatus config;
};

// What the router asks of a model for its own sake, was refused, and asks for no longer until `until`.
struct RefusedAddition {
  std::string model;
  std::string addition;    // usage, top_logprobs>5, top_logprobs, logprobs
  bool with_tools = false; // of requests with tools, else of those without
  WallMicros until = 0;
  std::string said;        // the upstream's words
};

// One model of an upstream, and whether it is asked.
struct DeploymentStatus {
  std::string model;
  std::string health;   // as below
  std::string breaker;  // closed recovering half-open open
  std::optional<double> wait_s;       // until it may be asked again; none where it may
  std::optional<double> ttft_p50_ms;  // of the last five minutes, of streams and short answers
  std::int64_t ttft_n = 0;            // that it rests on
};

struct UpstreamStatus {
  std::string name;
  std::string base_url;
  std::string health;  // unknown ok degraded cold limited half-open open disabled; of several deployments that differ: degraded
  std::optional<std::string> breaker;  // closed recovering half-open open; the worst of its deployments
  std::int64_t in_flight = 0;
  std::int64_t requests = 0;
  std::int64_t failures = 0;
  std::optional<double> ttft_p50_ms;
  std::string last_error;
  std::vector<RefusedAddition> refused{};
  std::vector<DeploymentStatus> deployments{};
  std::int64_t probes = 0;         // requests of the router's own that keep it warm; not among `requests`
  std::int64_t probe_failures = 0;
  std::optional<double> probe_cost_usd{};  // of all of them; unset: the price is not known
  std::int64_t pending = 0;        // requests that wait for a place
};

}  // namespace signalbox::domain
