// SPDX-License-Identifier: Apache-2.0
// From an outcomes file to a gate threshold that keeps a promise, and to the calibration map of a model. Pure.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analytics/calibration.h"
#include "base/json.h"
#include "domain/calibration_map.h"
#include "lab/outcomes.h"

namespace signalbox::lab {

enum class RecordedSignal : std::uint8_t { TokenProb, StatedConfidence };  // fields of the file
enum class FitMethod : std::uint8_t { Isotonic, Platt };
[[nodiscard]] std::string_view name(RecordedSignal signal);  // token_prob stated_confidence
[[nodiscard]] std::string_view name(FitMethod method);       // isotonic platt
// What a map is called when nobody gave it a name: what it is for, how it was fitted and on how much.
[[nodiscard]] std::string nameOf(const domain::CalibrationMap& map);

struct FitOptions {
  FitMethod method = FitMethod::Isotonic;
  std::string name;      // empty = made of model, method and rows
  std::string workload;  // of the map; empty = every one
  std::string served_as; // "model" or "upstream/model" at the router; empty = as in the file
  domain::Signal gate_signal = domain::Signal::MeanToken;
};

struct CalibrateOptions {
  std::string model;
  RecordedSignal signal = RecordedSignal::TokenProb;
  std::vector<std::string> tasks;  // empty = all
  analytics::Promise promise;
  std::optional<FitOptions> fit;
};

// A part of the sample, judged at the threshold of the whole.
struct CalibrationSegment {
  std::string name;  // "task boolq", "answer False", "longest tenth of the prompts"
  domain::Estimate accuracy;
  domain::Estimate auroc;
  std::optional<analytics::Accepted> accepted;  // nullopt when no threshold qualifies
};

struct CalibrationReport {
  CalibrateOptions options;
  std::size_t rows = 0;     // of the file
  std::size_t without = 0;  // of them without a record of the model, or without the signal, or of other tasks
  std::size_t fitted = 0;   // rows that the map was fitted on; the rest judges it. 0 without a fit
  std::optional<domain::CalibrationMap> map;
  // All that follows is of `judged` rows; of calibrated confidences where there is a map.
  std::size_t judged = 0;
  domain::Estimate accuracy;
  analytics::ConfidenceQuality raw;
  std::optional<analytics::ConfidenceQuality> calibrated;
  std::int64_t fewest = 0;  // accepted answers before a threshold is tried; more than `judged` when there can be none
  std::optional<analytics::Accepted> accepted;
  std::optional<double> raw_threshold;  // the lowest raw confidence that is accepted, where there is a map
  std::vector<analytics::Accepted> curve;
  std::vector<analytics::ReliabilityBin> bins;
  std::vector<CalibrationSegment> segments;
};

// InvalidInput: no row has the model and the signal (with the names there are), or too few rows for a fit.
[[nodiscard]] Result<CalibrationReport> calibrate(const Outcomes& outcomes, CalibrateOptions options);
[[nodiscard]] std::string calibrationTable(const CalibrationReport& report);
[[nodiscard]] Json calibrationJson(const CalibrationReport& report);
// What is written for the router: the map, and how it was made. REQUIRES: report.map.
[[nodiscard]] Json calibrationFile(const CalibrationReport& report);

}  // namespace signalbox::lab
