// SPDX-License-Identifier: Apache-2.0
// What a replay amounts to: the figures of its table with 95% intervals and counts, beside what the same prompts would have
// given on one model alone, at random for the same money, and by an oracle: all computed from the outcomes file. Pure.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "domain/metrics.h"
#include "domain/price.h"
#include "lab/replay.h"

namespace signalbox::lab {

struct ReportOptions {
  std::string target;
  std::string model;
  bool graded = false;
  Grading grading = Grading::Record;
  std::vector<std::string> ladder;               // models, cheapest first; empty = told by the target and the answers
  std::map<std::string, domain::Price> prices;   // by model; they outrank what the target says
};

// One way to answer the same prompts. An estimate with n = 0 is unknown.
struct BaselineLine {
  std::string name;
  domain::Estimate accuracy;
  domain::Estimate cost;             // US dollars, all together
  domain::Estimate cost_per_correct;
};

struct ReplayReport {
  ReportOptions options;
  std::vector<std::string> ladder;
  std::map<std::string, std::string> price_sources;  // by model; what is not here is not known
  std::size_t ended = 0, answered = 0, unknown_prompt = 0, no_record = 0, failed = 0, truncated = 0;
  std::size_t graded = 0, feedback_posted = 0, late = 0;
  double seconds = 0;
  bool partial = false;
  std::map<std::string, std::size_t> errors;
  std::vector<std::pair<std::string, domain::Estimate>> tiers;  // share by final tier
  domain::Estimate escalation_rate;
  domain::Estimate p50, p95, p99, ttft_p50, ttft_p99;  // milliseconds
  domain::Estimate cost;               // of the requests whose cost is known
  domain::Estimate accuracy;
  domain::Estimate cost_per_correct;
  std::vector<BaselineLine> baselines;  // over the requests that every model of the ladder has a record for
};

[[nodiscard]] ReplayReport report(const Outcomes& outcomes, const ReplayRun& run, ReportOptions options);
[[nodiscard]] std::string reportTable(const ReplayReport& report);
[[nodiscard]] Json reportJson(const ReplayReport& report);

}  // namespace signalbox::lab
