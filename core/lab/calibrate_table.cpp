// SPDX-License-Identifier: Apache-2.0
// The calibration report for people, for machines and for the router.
#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "lab/calibrate.h"
#include "lab/table_text.h"

namespace signalbox::lab {
namespace {

using analytics::Accepted;
using domain::Estimate;

std::string plain(double value) { return fixed(value, 4); }
// All digits: confidences crowd just below 1, and one that is rounded down accepts more than what was judged.
std::string precise(double value) { return shortest(value); }
// What was promised, as it was given.
std::string asGiven(double share) { return shortest(std::round(share * 1e10) / 1e8) + " %"; }
// A bound is never told lower than it is.
std::string atMost(double share) { return fixed(std::min(100.0, std::ceil(share * 1e4 - 1e-9) / 100), 2) + " %"; }
std::string whole(std::size_t n) { return grouped(static_cast<std::int64_t>(n)); }

std::string withInterval(const Estimate& e) { return e.n > 0 ? valueOf(e, percent) + " " + intervalOf(e, percent) : valueOf(e, percent); }

double bound(const CalibrationReport& r, const Accepted& a) { return analytics::errorUpperBound(a.errors, a.n, r.options.promise.confidence); }

std::string sample(const CalibrationReport& r) {
  std::string out = r.options.model + ", " + std::string(name(r.options.signal));
  if (!r.options.tasks.empty()) out += ", " + join(r.options.tasks, ", ");
  out += ": " + whole(r.judged + r.fitted) + " of " + whole(r.rows) + " rows";
  if (r.map) out += "; the map is fitted on " + whole(r.fitted) + " of them, everything below is of the other " + whole(r.judged);
  return out + "\n";
}

std::string verdict(const CalibrationReport& r) {
  const auto& promise = r.options.promise;
  const std::string promised = "errors at most " + asGiven(promise.max_error) + " with confidence " + asGiven(promise.confidence);
  if (!r.accepted) {
    std::string why = r.fewest > static_cast<std::int64_t>(r.judged)
                          ? "there are too few rows to show it"
                          : "the most confident " + grouped(r.fewest) + " or a few more err too often";
    return promised + ": NO THRESHOLD QUALIFIES; " + why + "\n";
  }
  const Accepted& a = *r.accepted;
  std::string out = promised + ": threshold " + precise(a.threshold);
  if (r.raw_threshold) out += " (raw confidence from " + precise(*r.raw_threshold) + " on)";
  out += "\n  coverage " + withInterval(a.coverage()) + ", " + grouped(a.n) + " of " + grouped(a.of) + " accepted";
  out += "\n  errors   " + withInterval(a.error()) + ", " + grouped(a.errors) + " of " + grouped(a.n) + "; with confidence " +
         asGiven(promise.confidence) + " at most " + atMost(bound(r, a)) + "\n";
  return out;
}

void quality(std::string& out, const CalibrationReport& r) {
  out += "\n" + estimateHeader();
  out += estimateLine("accuracy of all", r.accuracy, percent);
  const auto lines = [&](const std::string& of, const analytics::ConfidenceQuality& q) {
    out += estimateLine("ECE, 15 bins" + of, q.ece, plain);
    out += estimateLine("Brier" + of, q.brier, plain);
    out += estimateLine("AUROC" + of, q.auroc, plain);
    out += estimateLine("risk–coverage area" + of, q.aurc, plain);
  };
  lines(r.calibrated ? ", raw" : "", r.raw);
  if (r.calibrated) lines(", map", *r.calibrated);
}

std::string acceptedCells(const CalibrationReport& r, const Accepted& a) {
  return padded(grouped(a.n), 10, true) + padded(grouped(a.errors), 8, true) + padded(withInterval(a.error()), 26, true) +
         padded(a.n > 0 ? atMost(bound(r, a)) : "–", 14, true) + "\n";
}

void curve(std::string& out, const CalibrationReport& r) {
  out += "\nrisk–coverage\n" + padded("coverage", 10, true) + padded("threshold", 22, true) + padded("accepted", 10, true) + padded("errors", 8, true) +
         padded("error rate", 26, true) + padded("at most", 14, true) + "\n";
  for (const auto& a : r.curve) out += padded(percent(a.coverage().value), 10, true) + padded(precise(a.threshold), 22, true) + acceptedCells(r, a);
}

void segments(std::string& out, const CalibrationReport& r) {
  out += "\n" + padded("at that threshold", 32, false) + padded("rows", 8, true) + padded("accuracy", 26, true) + padded("AUROC", 26, true) +
         padded("accepted", 10, true) + padded("errors", 8, true) + padded("error rate", 26, true) + padded("at most", 14, true) + "\n";
  for (const auto& s : r.segments) {
    const std::string auroc = s.auroc.n > 0 ? valueOf(s.auroc, plain) + " " + intervalOf(s.auroc, plain) : "–";
    out += padded(s.name, 32, false) + padded(grouped(s.accuracy.n), 8, true) + padded(withInterval(s.accuracy), 26, true) + padded(auroc, 26, true) +
           (s.accepted ? acceptedCells(r, *s.accepted) : padded("–", 10, true) + "\n");
  }
}

Json acceptedJson(const CalibrationReport& r, const Accepted& a) {
  return {{"threshold", a.threshold}, {"coverage", estimateJson(a.coverage())}, {"accepted", a.n}, {"errors", a.errors},
          {"error_rate", estimateJson(a.error())}, {"error_upper_bound", a.n > 0 ? Json(bound(r, a)) : Json(nullptr)}};
}

Json qualityJson(const analytics::ConfidenceQuality& q) {
  return {{"ece", estimateJson(q.ece)}, {"brier", estimateJson(q.brier)}, {"auroc", estimateJson(q.auroc)}, {"aurc", estimateJson(q.aurc)}};
}

}  // namespace

std::string calibrationTable(const CalibrationReport& r) {
  std::string out = sample(r) + verdict(r);
  quality(out, r);
  curve(out, r);
  segments(out, r);
  return out;
}

Json calibrationJson(const CalibrationReport& r) {
  Json json{{"model", r.options.model}, {"signal", name(r.options.signal)}, {"tasks", r.options.tasks}, {"rows", r.rows},
            {"without", r.without}, {"fitted", r.fitted}, {"judged", r.judged}, {"max_error", r.options.promise.max_error},
            {"confidence", r.options.promise.confidence}, {"accuracy", estimateJson(r.accuracy)}, {"raw", qualityJson(r.raw)}};
  json["calibrated"] = r.calibrated ? qualityJson(*r.calibrated) : Json(nullptr);
  json["map"] = r.map ? domain::calibrationToJson(*r.map) : Json(nullptr);
  // What people ask for first stands at the top level as well as among the rows of the curve.
  json["threshold"] = json["coverage"] = json["accepted"] = json["errors"] = json["error_rate"] = json["error_upper_bound"] = nullptr;
  if (r.accepted) json.update(acceptedJson(r, *r.accepted));
  json["raw_threshold"] = r.raw_threshold ? Json(*r.raw_threshold) : r.accepted ? Json(r.accepted->threshold) : Json(nullptr);
  json["curve"] = Json::array();
  for (const auto& a : r.curve) json["curve"].push_back(acceptedJson(r, a));
  json["reliability"] = Json::array();
  for (const auto& bin : r.bins) json["reliability"].push_back({{"confidence", bin.mean_confidence}, {"right", estimateJson(bin.right)}});
  json["segments"] = Json::array();
  for (const auto& s : r.segments) {
    json["segments"].push_back({{"name", s.name}, {"accuracy", estimateJson(s.accuracy)}, {"auroc", estimateJson(s.auroc)},
                                {"at_threshold", s.accepted ? acceptedJson(r, *s.accepted) : Json(nullptr)}});
  }
  return json;
}

Json calibrationFile(const CalibrationReport& r) {
  Json json = domain::calibrationToJson(*r.map);
  json["fitted_on"] = {{"model", r.options.model}, {"field", name(r.options.signal)}, {"tasks", r.options.tasks}};
  json["held_out"] = {{"rows", r.judged}, {"raw", qualityJson(r.raw)}, {"calibrated", qualityJson(*r.calibrated)},
                      {"max_error", r.options.promise.max_error}, {"confidence", r.options.promise.confidence},
                      {"threshold", r.accepted ? acceptedJson(r, *r.accepted) : Json(nullptr)}};
  return json;
}

}  // namespace signalbox::lab
