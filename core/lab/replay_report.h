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

struct ReplayReport {
  ReportOptions options;
  std::vector<std::string> ladder;
  std::map<std::string, std::string> price_sources;  // by model; what is not here is not known
  ReplayCounts counts;
  std::size_t late = 0;
  double seconds = 0;
  bool partial = false;
  std::vector<std::pair<std::string, domain::Estimate>> tiers;  // share by final tier
  domain::Estimate escalation_rate;
  domain::Estimate ttft_p50, ttft_p99;  // milliseconds
  analytics::OutcomeSummary run;        // of all requests that were answered
  std::vector<analytics::OutcomeSummary> same_prompts;  // this run first, then the baselines (lab/baselines.h)
};

[[nodiscard]] ReplayReport report(const Outcomes& outcomes, const ReplayRun& run, ReportOptions options);
[[nodiscard]] std::string reportTable(const ReplayReport& report);
[[nodiscard]] Json reportJson(const ReplayReport& report);

}  // namespace signalbox::lab
