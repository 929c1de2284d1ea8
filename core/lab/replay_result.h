// SPDX-License-Identifier: Apache-2.0
// What came of one request that replay sent. A plain value; what the target did not say is nullopt or empty.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lab/outcomes.h"

namespace signalbox::lab {

enum class ReplayStatus : std::uint8_t {
  Answered,
  UnknownPrompt,  // the simulated upstream's file does not have the prompt
  NoRecord,       // … has no record of that model for it
  Failed,         // an error status, or no answer at all
  Truncated,      // a stream that did not end as it must
};

struct ReplayResult {
  std::size_t row = 0;  // of the outcomes file
  ReplayStatus status = ReplayStatus::Failed;
  int http_status = 0;  // 0: none came
  std::string error;    // code of the error body, or what happened to the connection
  double latency_ms = 0;
  std::optional<double> ttft_ms;  // streams only
  std::string text;
  std::optional<std::int64_t> input_tokens;
  std::optional<std::int64_t> output_tokens;
  // from the x-signalbox-* headers; a target that is no router has none
  std::string decision_id;
  std::string tier;
  std::string model;  // else the answer's own `model`
  std::string upstream;
  std::string reason;
  std::string cache;
  std::optional<std::int64_t> policy;
  std::optional<int> escalations;
  std::optional<double> confidence;
  std::optional<double> cost_usd;
  std::optional<double> score;  // by grade()
  bool feedback_posted = false;
};

enum class Grading : std::uint8_t { Record, Text };

// By the record of the model that answered, or by comparing the text with the row's answer (white space around it ignored).
// nullopt: it cannot be graded.
[[nodiscard]] std::optional<double> grade(Grading grading, const OutcomeRow& row, const ReplayResult& result);

}  // namespace signalbox::lab
