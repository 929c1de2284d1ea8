// SPDX-License-Identifier: Apache-2.0
// One call of one deployment on behalf of a request, as it is written down.
#pragma once
#include <optional>
#include <string>

#include "base/clock.h"
#include "domain/vocabulary.h"

namespace signalbox::domain {

struct Attempt {
  int n = 0;  // 0-based order within the decision
  std::string tier;
  std::string model;
  std::string upstream;
  AttemptRole role = AttemptRole::Serve;
  WallMicros ts = 0;
  std::optional<double> ttft_ms;
  std::optional<double> latency_ms;
  std::optional<std::int64_t> input_tokens;
  std::optional<std::int64_t> output_tokens;
  std::optional<double> cost_usd;
  std::optional<double> confidence_raw;
  std::optional<double> confidence;
  std::string validators;  // "pass", or the failed ones as "enum,refusal"; empty = none ran
  int status = 0;          // HTTP status of the upstream; 0 = none came
  std::string error;       // code of domain/error_status.h; empty = none
  std::optional<double> gate;  // the threshold that the confidence was held against; not a column
};

}  // namespace signalbox::domain
