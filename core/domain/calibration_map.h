// SPDX-License-Identifier: Apache-2.0
// A calibration map: from the raw confidence of one model under one signal to the probability of being right, as it was fitted on
// graded answers. Piecewise linear and monotonic; constant beyond its ends. Kept in a file of its own, in JSON:
//   {"version": 1, "name": "…", "workload"?: "tickets", "model": "llama-3-8b" | "vllm/llama-3-8b", "signal": "mean-token",
//    "method": "isotonic" | "platt", "rows": 986, "points": [[raw, probability], …]}
// Other members say how it was made and are not read.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "domain/document_error.h"
#include "domain/tier.h"
#include "domain/vocabulary.h"

namespace signalbox::domain {

struct CalibrationMap {
  std::string name;      // what decisions say
  std::string workload;  // empty = every workload
  std::string model;     // "model", or "upstream/model"
  Signal signal = Signal::MeanToken;
  std::string method;
  std::int64_t rows = 0;  // graded answers that it was fitted on
  std::vector<std::pair<double, double>> points;  // raw strictly ascending, probability ascending, both within 0..1

  [[nodiscard]] double operator()(double raw) const;
  // Whether it speaks of this deployment; the workload and the signal are not looked at.
  [[nodiscard]] bool fits(const Deployment& deployment) const;
};

[[nodiscard]] Json calibrationToJson(const CalibrationMap& map);

struct ReadCalibration {
  CalibrationMap map;
  std::vector<DocumentError> errors;  // empty = the map is good
};
[[nodiscard]] ReadCalibration calibrationFromJson(const Json& json);

// The map for an answer: one of its workload before one of every workload, one that names the upstream before one that does not.
// nullptr when none fits.
[[nodiscard]] const CalibrationMap* findCalibration(const std::vector<CalibrationMap>& maps, std::string_view workload,
                                                    const Deployment& deployment, Signal signal);

}  // namespace signalbox::domain
