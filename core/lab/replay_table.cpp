// SPDX-License-Identifier: Apache-2.0
// The report for people and for machines.
#include "base/strings.h"
#include "lab/replay_report.h"
#include "lab/table_text.h"

namespace signalbox::lab {
namespace {

using domain::Estimate;

std::string comparedLine(const analytics::OutcomeSummary& one) {
  const auto cell = [](const Estimate& e, Format format) {
    return e.n > 0 ? valueOf(e, format) + " " + intervalOf(e, format) : valueOf(e, format);
  };
  return padded(one.name, 48, false) + padded(cell(one.accuracy, percent), 28, true) + padded(cell(one.total_usd, dollars), 42, true) +
         padded(cell(one.cost_per_correct.estimate, dollars), 44, true) + padded(grouped(one.requests), 9, true) + "\n";
}

Json comparedJson(const analytics::OutcomeSummary& one) {
  return {{"name", one.name}, {"requests", one.requests}, {"accuracy", estimateJson(one.accuracy)}, {"cost_usd", estimateJson(one.total_usd)},
          {"cost_per_correct", estimateJson(one.cost_per_correct.estimate)}};
}

std::string counts(const ReplayReport& r) {
  const ReplayCounts& c = r.counts;
  std::string out = grouped(static_cast<std::int64_t>(c.ended)) + " requests to " + r.options.target + " (model " + r.options.model + ") in " +
                    fixed(r.seconds, 1) + " s";
  if (r.seconds > 0) out += ", " + fixed(static_cast<double>(c.ended) / r.seconds, 1) + "/s";
  if (r.partial) out += "; PARTIAL: stopped before the end";
  out += "\nanswered " + grouped(static_cast<std::int64_t>(c.answered)) + ", no record " + std::to_string(c.no_record) + ", unknown prompt " +
         std::to_string(c.unknown_prompt) + ", truncated " + std::to_string(c.truncated) + ", failed " + std::to_string(c.failed);
  if (r.late > 0) out += ", sent late " + std::to_string(r.late);
  for (const auto& [error, times] : c.errors) out += "\n  " + std::to_string(times) + " × " + error;
  if (r.options.graded) {
    out += "\ngraded " + grouped(static_cast<std::int64_t>(c.graded)) +
           (r.options.grading == Grading::Record ? " by the record of the model that answered" : " by comparing the text with the answer") +
           ", feedback posted " + grouped(static_cast<std::int64_t>(c.feedback_posted));
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
  line("latency p50", r.run.p50_ms, milliseconds);
  line("latency p95", r.run.p95_ms, milliseconds);
  line("latency p99", r.run.p99_ms, milliseconds);
  if (r.ttft_p50.n > 0) {
    line("first token p50", r.ttft_p50, milliseconds);
    line("first token p99", r.ttft_p99, milliseconds);
  }
  line("cost", r.run.total_usd, dollars);
  line("accuracy", r.run.accuracy, percent);
  line("cost per correct answer", r.run.cost_per_correct.estimate, dollars);
  if (r.same_prompts.empty()) return out;
  out += "\n" + padded("from the file, each prompt once", 48, false) + padded("accuracy", 28, true) + padded("cost", 42, true) +
         padded("cost per correct answer", 44, true) + padded("n", 9, true) + "\n";
  for (const auto& one : r.same_prompts) out += comparedLine(one);
  for (const auto& model : r.ladder) {
    const auto source = r.price_sources.find(model);
    out += "price of " + model + ": " + (source == r.price_sources.end() ? "not known (--price " + model + "=INPUT,OUTPUT)" : "from " + source->second) + "\n";
  }
  return out;
}

Json reportJson(const ReplayReport& r) {
  const ReplayCounts& c = r.counts;
  Json json{{"target", r.options.target}, {"model", r.options.model}, {"requests", c.ended}, {"answered", c.answered},
            {"no_record", c.no_record}, {"unknown_prompt", c.unknown_prompt}, {"truncated", c.truncated}, {"failed", c.failed},
            {"errors", c.errors}, {"late", r.late}, {"seconds", r.seconds}, {"partial", r.partial}, {"graded", c.graded},
            {"feedback_posted", c.feedback_posted}, {"ladder", r.ladder}, {"price_sources", r.price_sources}};
  json["grading"] = !r.options.graded ? Json(nullptr) : Json(r.options.grading == Grading::Record ? "record" : "text");
  json["tiers"] = Json::object();
  for (const auto& [tier, share] : r.tiers) json["tiers"][tier] = estimateJson(share);
  json["escalation_rate"] = estimateJson(r.escalation_rate);
  json["latency_ms"] = {{"p50", estimateJson(r.run.p50_ms)}, {"p95", estimateJson(r.run.p95_ms)}, {"p99", estimateJson(r.run.p99_ms)}};
  json["ttft_ms"] = {{"p50", estimateJson(r.ttft_p50)}, {"p99", estimateJson(r.ttft_p99)}};
  json["cost_usd"] = estimateJson(r.run.total_usd);
  json["accuracy"] = estimateJson(r.run.accuracy);
  json["cost_per_correct"] = estimateJson(r.run.cost_per_correct.estimate);
  json["same_prompts"] = r.same_prompts.empty() ? Json(nullptr) : comparedJson(r.same_prompts.front());
  json["baselines"] = Json::array();
  for (std::size_t i = 1; i < r.same_prompts.size(); ++i) json["baselines"].push_back(comparedJson(r.same_prompts[i]));
  return json;
}

}  // namespace signalbox::lab
