// SPDX-License-Identifier: Apache-2.0
#include "lab/calibrate.h"

#include <algorithm>
#include <cmath>

#include "analytics/intervals.h"
#include "base/sha256.h"
#include "base/strings.h"
#include "classify/calibration_fit.h"

namespace signalbox::lab {
namespace {

using analytics::GradedConfidence;

constexpr std::size_t kFewestToFit = 50;

struct Judged {
  const OutcomeRow* row;
  double raw;
  double confidence;  // raw, through the map where there is one
  bool right;
  std::size_t prompt_bytes;
};

std::optional<double> signalOf(const Record& record, RecordedSignal signal) {
  return signal == RecordedSignal::TokenProb ? record.token_prob : record.stated_confidence;
}

// Which half a row belongs to depends on its id alone: the same rows every time, whatever their order.
bool fitsTheMap(const OutcomeRow& row) {
  return sha256(row.id).front() % 2 == 0;
}

std::vector<Judged> sampleOf(const Outcomes& outcomes, const CalibrateOptions& options) {
  std::vector<Judged> sample;
  for (const auto& row : outcomes.rows()) {
    const auto& tasks = options.tasks;
    if (!tasks.empty() && std::find(tasks.begin(), tasks.end(), row.task) == tasks.end()) continue;
    const Record* record = row.record(options.model);
    const auto signal = record ? signalOf(*record, options.signal) : std::nullopt;
    if (!signal) continue;
    std::size_t bytes = 0;
    for (const auto& message : row.messages) bytes += message.text.size();
    sample.push_back({&row, *signal, *signal, record->right(), bytes});
  }
  return sample;
}

Error nothingToJudge(const Outcomes& outcomes, const CalibrateOptions& options) {
  std::vector<std::string> with;
  for (const auto& [model, rows] : outcomes.models()) {
    const bool has = std::any_of(outcomes.rows().begin(), outcomes.rows().end(), [&](const auto& row) {
      const Record* record = row.record(model);
      return record && signalOf(*record, options.signal);
    });
    if (has) with.push_back(model);
  }
  std::string what = "no row has a " + std::string(name(options.signal)) + " of the model \"" + options.model + "\"";
  if (!options.tasks.empty()) what += " in " + join(options.tasks, ", ");
  what += with.empty() ? "; no model of the file has one" : "; the file has it of " + join(with, ", ");
  return {ErrorCode::InvalidInput, what, "model", {}, 0, 0};
}

std::vector<GradedConfidence> graded(const std::vector<Judged>& sample, bool raw) {
  std::vector<GradedConfidence> out;
  for (const auto& one : sample) out.push_back({raw ? one.raw : one.confidence, one.right});
  return out;
}

domain::CalibrationMap fit(const std::vector<Judged>& sample, const CalibrateOptions& options) {
  std::vector<classify::GradedScore> scores;
  for (const auto& one : sample) scores.push_back({one.raw, one.right});
  const FitOptions& fit = *options.fit;
  domain::CalibrationMap map;
  map.workload = fit.workload;
  map.model = fit.served_as.empty() ? options.model : fit.served_as;
  map.signal = fit.gate_signal;
  map.method = name(fit.method);
  map.rows = static_cast<std::int64_t>(sample.size());
  map.points = fit.method == FitMethod::Isotonic ? classify::fitIsotonic(scores) : classify::fitPlatt(scores);
  map.name = fit.name.empty() ? nameOf(map) : fit.name;
  return map;
}

CalibrationSegment segment(std::string name, const std::vector<Judged>& part, const std::optional<analytics::Accepted>& whole) {
  const auto sample = graded(part, false);
  CalibrationSegment out;
  out.name = std::move(name);
  const auto right = std::count_if(part.begin(), part.end(), [](const auto& one) { return one.right; });
  out.accuracy = analytics::wilson(static_cast<double>(right), static_cast<std::int64_t>(part.size()));
  out.auroc = analytics::areaUnderRoc(sample);
  if (whole) out.accepted = analytics::acceptedAt(sample, whole->threshold);
  return out;
}

// A task's answers that are right in less than a tenth of its rows, where the task has labels.
class RareAnswers {
 public:
  explicit RareAnswers(const Outcomes& outcomes) : outcomes_(outcomes) {
    for (const auto& row : outcomes.rows()) {
      if (!row.answer) continue;
      auto& task = tasks_[row.task];
      ++task.all;
      ++task.of[*row.answer];
    }
  }
  [[nodiscard]] bool operator()(const OutcomeRow& row) const {
    if (!row.answer || outcomes_.labels(row.task).empty()) return false;
    const auto& task = tasks_.at(row.task);
    return task.of.at(*row.answer) * 10 < task.all;
  }

 private:
  struct Counts {
    std::size_t all = 0;
    std::map<std::string, std::size_t> of;
  };
  const Outcomes& outcomes_;
  std::map<std::string, Counts> tasks_;
};

std::vector<CalibrationSegment> segmentsOf(const Outcomes& outcomes, const std::vector<Judged>& sample, const CalibrationReport& report) {
  std::map<std::string, std::vector<Judged>> by_task;
  std::vector<Judged> rare;
  const RareAnswers is_rare(outcomes);
  for (const auto& one : sample) {
    by_task[one.row->task].push_back(one);
    if (is_rare(*one.row)) rare.push_back(one);
  }
  std::vector<CalibrationSegment> segments;
  for (const auto& [task, part] : by_task) segments.push_back(segment("task " + (task.empty() ? "(none)" : task), part, report.accepted));
  if (!rare.empty()) segments.push_back(segment("rare answers (under 10 %)", rare, report.accepted));
  auto longest = sample;
  std::stable_sort(longest.begin(), longest.end(), [](const auto& a, const auto& b) { return a.prompt_bytes > b.prompt_bytes; });
  longest.resize((longest.size() + 9) / 10);
  segments.push_back(segment("longest tenth of prompts", longest, report.accepted));
  return segments;
}

}  // namespace

std::string_view name(RecordedSignal signal) { return signal == RecordedSignal::TokenProb ? "token_prob" : "stated_confidence"; }
std::string_view name(FitMethod method) { return method == FitMethod::Isotonic ? "isotonic" : "platt"; }

std::string nameOf(const domain::CalibrationMap& map) {
  return (map.workload.empty() ? map.model : map.workload + "/" + map.model) + " " + map.method + " n=" + std::to_string(map.rows);
}

Result<CalibrationReport> calibrate(const Outcomes& outcomes, CalibrateOptions options) {
  CalibrationReport report;
  auto sample = sampleOf(outcomes, options);
  if (sample.empty()) return std::unexpected(nothingToJudge(outcomes, options));
  report.rows = outcomes.rows().size();
  report.without = report.rows - sample.size();
  if (options.fit) {
    const auto judged = std::stable_partition(sample.begin(), sample.end(), [](const auto& one) { return fitsTheMap(*one.row); });
    std::vector<Judged> fitted(sample.begin(), judged);
    sample.erase(sample.begin(), judged);
    const auto right = static_cast<std::size_t>(std::count_if(fitted.begin(), fitted.end(), [](const auto& one) { return one.right; }));
    if (fitted.size() < kFewestToFit || sample.empty() || right == 0 || right == fitted.size()) {
      return fail(ErrorCode::InvalidInput, "too little to fit a map on: half of the rows are " + std::to_string(fitted.size()) + ", " +
                                               std::to_string(right) + " of them right; it takes " + std::to_string(kFewestToFit) +
                                               " with right and wrong ones among them");
    }
    report.fitted = fitted.size();
    report.map = fit(fitted, options);
    for (auto& one : sample) one.confidence = (*report.map)(one.raw);
  }
  report.judged = sample.size();
  const auto confidences = graded(sample, false);
  const auto right = std::count_if(sample.begin(), sample.end(), [](const auto& one) { return one.right; });
  report.accuracy = analytics::wilson(static_cast<double>(right), static_cast<std::int64_t>(sample.size()));
  report.raw = analytics::confidenceQuality(graded(sample, true));
  if (report.map) report.calibrated = analytics::confidenceQuality(confidences);
  report.fewest = analytics::fewestAccepted(options.promise, static_cast<std::int64_t>(sample.size()));
  report.accepted = analytics::lowestThreshold(confidences, options.promise);
  if (report.map && report.accepted) {
    double least = 1;
    for (const auto& one : sample) {
      if (one.confidence >= report.accepted->threshold) least = std::min(least, one.raw);
    }
    report.raw_threshold = least;
  }
  report.curve = analytics::riskCoverage(confidences);
  report.bins = analytics::reliability(confidences);
  report.segments = segmentsOf(outcomes, sample, report);
  report.options = std::move(options);
  return report;
}

}  // namespace signalbox::lab
