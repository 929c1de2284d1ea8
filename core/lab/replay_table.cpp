// SPDX-License-Identifier: Apache-2.0
// The report for people and for machines.
#include "base/strings.h"
#include "lab/replay_report.h"
#include "lab/table_text.h"

namespace signalbox::lab {
namespace {

using domain::Estimate;

void baselineLine(std::string& out, const BaselineLine& b) {
  const auto cell = [](const Estimate& e, Format format) {
    return e.n > 0 ? valueOf(e, format) + " " + intervalOf(e, format) : valueOf(e, format);
  };
  out += padded(b.name, 48, false) + padded(cell(b.accuracy, percent), 28, true) + padded(cell(b.cost, dollars), 36, true) +
         padded(cell(b.cost_per_correct, dollars), 42, true) + padded(grouped(b.accuracy.n), 9, true) + "\n";
}

std::string counts(const ReplayReport& r) {
  std::string out = grouped(static_cast<std::int64_t>(r.ended)) + " requests to " + r.options.target + " (model " + r.options.model + ") in " +
                    fixed(r.seconds, 1) + " s";
  if (r.seconds > 0) out += ", " + fixed(static_cast<double>(r.ended) / r.seconds, 1) + "/s";
  if (r.partial) out += "; PARTIAL: stopped before the end";
  out += "\nanswered " + grouped(static_cast<std::int64_t>(r.answered)) + ", no record " + std::to_string(r.no_record) + ", unknown prompt " +
         std::to_string(r.unknown_prompt) + ", truncated " + std::to_string(r.truncated) + ", failed " + std::to_string(r.failed);
  if (r.late > 0) out += ", sent late " + std::to_string(r.late);
  for (const auto& [error, times] : r.errors) out += "\n  " + std::to_string(times) + " × " + error;
  if (r.options.graded) {
    out += "\ngraded " + grouped(static_cast<std::int64_t>(r.graded)) +
           (r.options.grading == Grading::Record ? " by the record of the model that answered" : " by comparing the text with the answer") +
           ", feedback posted " + grouped(static_cast<std::int64_t>(r.feedback_posted));
  }
  return out + "\n\n";
}

}  // namespace

std::string reportTable(const ReplayReport& r) {
  std::string out = counts(r);
  const auto line = [&](const std::string& name, const Estimate& e, Format format) { out += estimateLine(name, e, format); };
  out += estimateHeader();
  for (const auto& [tier, share] : r.tiers) line("tier " + tier, share, percent);
  line("escalation rate", r.escalation_rate, percent);
  line("latency p50", r.p50, milliseconds);
  line("latency p95", r.p95, milliseconds);
  line("latency p99", r.p99, milliseconds);
  if (r.ttft_p50.n > 0) {
    line("first token p50", r.ttft_p50, milliseconds);
    line("first token p99", r.ttft_p99, milliseconds);
  }
  line("cost", r.cost, dollars);
  line("accuracy", r.accuracy, percent);
  line("cost per correct answer", r.cost_per_correct, dollars);
  if (r.baselines.empty()) return out;
  out += "\n" + padded("from the file, same prompts", 48, false) + padded("accuracy", 28, true) + padded("cost", 36, true) +
         padded("cost per correct answer", 42, true) + padded("n", 9, true) + "\n";
  baselineLine(out, {"this run", r.accuracy, r.cost, r.cost_per_correct});
  for (const auto& baseline : r.baselines) baselineLine(out, baseline);
  for (const auto& model : r.ladder) {
    const auto source = r.price_sources.find(model);
    out += "price of " + model + ": " + (source == r.price_sources.end() ? "not known (--price " + model + "=INPUT,OUTPUT)" : "from " + source->second) + "\n";
  }
  return out;
}

Json reportJson(const ReplayReport& r) {
  Json json{{"target", r.options.target}, {"model", r.options.model}, {"requests", r.ended}, {"answered", r.answered},
            {"no_record", r.no_record}, {"unknown_prompt", r.unknown_prompt}, {"truncated", r.truncated}, {"failed", r.failed},
            {"errors", r.errors}, {"late", r.late}, {"seconds", r.seconds}, {"partial", r.partial}, {"graded", r.graded},
            {"feedback_posted", r.feedback_posted}, {"ladder", r.ladder}, {"price_sources", r.price_sources}};
  json["grading"] = !r.options.graded ? Json(nullptr) : Json(r.options.grading == Grading::Record ? "record" : "text");
  json["tiers"] = Json::object();
  for (const auto& [tier, share] : r.tiers) json["tiers"][tier] = estimateJson(share);
  json["escalation_rate"] = estimateJson(r.escalation_rate);
  json["latency_ms"] = {{"p50", estimateJson(r.p50)}, {"p95", estimateJson(r.p95)}, {"p99", estimateJson(r.p99)}};
  json["ttft_ms"] = {{"p50", estimateJson(r.ttft_p50)}, {"p99", estimateJson(r.ttft_p99)}};
  json["cost_usd"] = estimateJson(r.cost);
  json["accuracy"] = estimateJson(r.accuracy);
  json["cost_per_correct"] = estimateJson(r.cost_per_correct);
  json["baselines"] = Json::array();
  for (const auto& b : r.baselines) {
    json["baselines"].push_back({{"name", b.name}, {"accuracy", estimateJson(b.accuracy)}, {"cost_usd", estimateJson(b.cost)},
                                 {"cost_per_correct", estimateJson(b.cost_per_correct)}});
  }
  return json;
}

}  // namespace signalbox::lab
