// SPDX-License-Identifier: Apache-2.0
// The decision record: everything the router knew, chose and paid for one request. Field names are those of the contract, the
// journal's columns and the wire; field order is the columns' order.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/uuid.h"
#include "domain/attempt.h"
#include "domain/vocabulary.h"

namespace signalbox::domain {

using DecisionId = Uuid;

struct Decision {
  DecisionId id;
  WallMicros ts = 0;
  std::string router;
  std::string requested_model;
  std::string domain;
  std::optional<int> latency_sla_ms;
  std::string workload;
  std::string session;
  std::optional<int> turn;
  std::string user_hash;
  std::string key;  // the client key's name, never the key
  Dialect dialect = Dialect::OpenAiChat;
  bool stream = false;
  std::string prompt_hash;  // first 16 hex digits of SHA-256 over the message text
  std::optional<std::int64_t> input_tokens;
  std::optional<std::int64_t> output_tokens;
  std::vector<std::pair<std::string, double>> features;
  std::optional<double> complexity;
  std::string classifier;
  std::int64_t policy = 0;  // revision
  std::string experiment;
  std::string arm;
  std::optional<double> propensity;
  std::string override_rule;  // column `override`
  CacheKind cache = CacheKind::None;
  std::optional<double> similarity;
  std::string start_tier;
  std::string final_tier;  // empty: no tier answered
  std::optional<Reason> reason;    // nullopt: refused before anything was decided
  std::string explanation;  // for people
  int escalations = 0;
  std::optional<double> confidence_raw;
  std::optional<double> confidence;
  std::string calibration;  // name of the map used; empty = none
  std::optional<Verdict> verdict;  // nullopt: there was no answer to judge
  std::optional<double> ttft_ms;
  std::optional<double> latency_ms;
  std::optional<std::int64_t> overhead_us;
  std::optional<double> cost_usd;  // nullopt: some price is not known
  UsageSource usage_source = UsageSource::None;
  int status = 0;  // what the client got
  Outcome outcome = Outcome::Ok;
  std::string error;
  std::optional<double> score;  // filled from the best label when read back
  std::optional<LabelSource> score_source;

  std::vector<Attempt> attempts;
};

// Asked for by name and so left out of tier split and escalation rate.
[[nodiscard]] inline bool isPinned(const Decision& d) { return d.reason == Reason::Pinned; }

}  // namespace signalbox::domain
