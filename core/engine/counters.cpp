// SPDX-License-Identifier: Apache-2.0
#include "engine/counters.h"

#include <algorithm>

#include "base/strings.h"

namespace signalbox::engine {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

void describe(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

std::string label(std::string_view key, std::string_view value) {
  std::string text = std::string(key) + "=\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c == '\n' ? ' ' : c;
  }
  return text + '"';
}

void sample(std::string& out, std::string_view name, const std::string& labels, double value) {
  out.append(name);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(shortest(value)).append("\n");
}

void histogram(std::string& out, const std::string& name, const std::string& labels, const SecondsHistogram& times) {
  const auto counts = times.counts();
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    sum += counts[i];
    const std::string bound = i < times.bounds().size() ? shortest(times.bounds()[i]) : "+Inf";
    sample(out, name + "_bucket", (labels.empty() ? "" : labels + ",") + label("le", bound), static_cast<double>(sum));
  }
  sample(out, name + "_sum", labels, times.sum());
  sample(out, name + "_count", labels, static_cast<double>(sum));
}

const std::vector<double> kRequestSeconds{0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30};

}  // namespace

Counters::Counters(std::vector<std::string> tiers)
    : tiers_(std::move(tiers)), by_tier_(tiers_.size() + 1), latency_(kRequestSeconds), overhead_(kRequestSeconds) {
  for (const int status : {400, 403, 408, 413, 415, 417, 421, 429, 431, 501, 503, 505}) refused_[status] = 0;
}

void Counters::decided(const domain::Decision& d) {
  const auto tier = std::find(tiers_.begin(), tiers_.end(), d.final_tier) - tiers_.begin();
  by_tier_[static_cast<std::size_t>(tier)].fetch_add(1, kRelaxed);
  by_outcome_[static_cast<std::size_t>(d.outcome)].fetch_add(1, kRelaxed);
  if (d.verdict) by_verdict_[static_cast<std::size_t>(*d.verdict)].fetch_add(1, kRelaxed);
  by_status_class_[static_cast<std::size_t>(std::clamp(d.status / 100, 0, 5))].fetch_add(1, kRelaxed);
  if (d.escalations > 0) escalated_.fetch_add(1, kRelaxed);
  const auto failed = std::count_if(d.attempts.begin(), d.attempts.end(), [](const auto& attempt) { return !attempt.error.empty(); });
  failovers_.fetch_add(static_cast<std::uint64_t>(failed), kRelaxed);
  if (d.cost_usd) {
    cost_nano_usd_.fetch_add(static_cast<std::uint64_t>(std::max(0.0, *d.cost_usd) * 1e9), kRelaxed);
  } else {
    cost_unknown_.fetch_add(1, kRelaxed);
  }
  if (d.latency_ms) latency_.add(*d.latency_ms / 1e3);
  if (d.overhead_us) overhead_.add(static_cast<double>(*d.overhead_us) / 1e6);
}

void Counters::refused(int status) {
  if (const auto found = refused_.find(status); found != refused_.end()) found->second.fetch_add(1, kRelaxed);
}

std::string Counters::text(const domain::JournalStatus& journal, const std::vector<domain::UpstreamStatus>& upstreams,
                           domain::Revision revision, const journal::CommitTimes& commits) const {
  std::string out;
  out.reserve(8192);
  const auto count = [](const Count& c) { return static_cast<double>(c.load(kRelaxed)); };

  describe(out, "signalbox_requests_total", "counter", "Requests by the tier that answered; none where no tier did.");
  for (std::size_t i = 0; i < by_tier_.size(); ++i) sample(out, "signalbox_requests_total", label("tier", i < tiers_.size() ? tiers_[i] : "none"), count(by_tier_[i]));
  describe(out, "signalbox_outcomes_total", "counter", "Requests by how they ended.");
  for (std::size_t i = 0; i < by_outcome_.size(); ++i) sample(out, "signalbox_outcomes_total", label("outcome", domain::name(static_cast<domain::Outcome>(i))), count(by_outcome_[i]));
  describe(out, "signalbox_verdicts_total", "counter", "Requests by the gate's verdict on the answer that was served.");
  for (std::size_t i = 0; i < by_verdict_.size(); ++i) sample(out, "signalbox_verdicts_total", label("verdict", domain::name(static_cast<domain::Verdict>(i))), count(by_verdict_[i]));
  describe(out, "signalbox_responses_total", "counter", "Responses by class of status.");
  for (std::size_t i = 1; i < by_status_class_.size(); ++i) sample(out, "signalbox_responses_total", label("class", std::to_string(i) + "xx"), count(by_status_class_[i]));
  describe(out, "signalbox_refused_total", "counter", "Connections and requests refused before they became one, by status.");
  for (const auto& [status, refusals] : refused_) sample(out, "signalbox_refused_total", label("status", std::to_string(status)), count(refusals));
  describe(out, "signalbox_escalated_requests_total", "counter", "Requests that gate or validators sent to a higher tier at least once.");
  sample(out, "signalbox_escalated_requests_total", {}, count(escalated_));
  describe(out, "signalbox_failed_attempts_total", "counter", "Attempts that failed, whatever became of their request.");
  sample(out, "signalbox_failed_attempts_total", {}, count(failovers_));
  describe(out, "signalbox_cost_usd_total", "counter", "Known cost of all requests in US dollars.");
  sample(out, "signalbox_cost_usd_total", {}, static_cast<double>(cost_nano_usd_.load(kRelaxed)) / 1e9);
  describe(out, "signalbox_cost_unknown_total", "counter", "Requests whose cost is not known.");
  sample(out, "signalbox_cost_unknown_total", {}, count(cost_unknown_));
  describe(out, "signalbox_request_duration_seconds", "histogram", "Time from the request's last byte to the answer's last.");
  histogram(out, "signalbox_request_duration_seconds", {}, latency_);
  describe(out, "signalbox_overhead_seconds", "histogram", "The router's own share of that time: no attempt was open.");
  histogram(out, "signalbox_overhead_seconds", {}, overhead_);
  describe(out, "signalbox_in_flight", "gauge", "Requests being answered now.");
  sample(out, "signalbox_in_flight", {}, static_cast<double>(in_flight.load(kRelaxed)));
  describe(out, "signalbox_policy_revision", "gauge", "Revision of the live policy.");
  sample(out, "signalbox_policy_revision", {}, static_cast<double>(revision));
  describe(out, "signalbox_journal_dropped_total", "counter", "Decisions that were not written because the queue was full.");
  sample(out, "signalbox_journal_dropped_total", {}, static_cast<double>(journal.dropped));
  describe(out, "signalbox_journal_retired_total", "counter", "Decisions that were deleted from the store for their age or for room.");
  sample(out, "signalbox_journal_retired_total", {}, static_cast<double>(journal.retired));
  describe(out, "signalbox_journal_lag_seconds", "gauge", "Age of the oldest decision not yet committed.");
  sample(out, "signalbox_journal_lag_seconds", {}, journal.lag_ms / 1e3);
  describe(out, "signalbox_journal_commit_seconds", "histogram", "Time of a commit until it is on disk: of acknowledged changes, and of groups of decisions.");
  histogram(out, "signalbox_journal_commit_seconds", label("of", "changes"), commits.changes);
  histogram(out, "signalbox_journal_commit_seconds", label("of", "decisions"), commits.decisions);
  describe(out, "signalbox_upstream_requests_total", "counter", "Attempts by upstream.");
  for (const auto& upstream : upstreams) sample(out, "signalbox_upstream_requests_total", label("upstream", upstream.name), static_cast<double>(upstream.requests));
  describe(out, "signalbox_upstream_failures_total", "counter", "Failed attempts by upstream.");
  for (const auto& upstream : upstreams) sample(out, "signalbox_upstream_failures_total", label("upstream", upstream.name), static_cast<double>(upstream.failures));
  describe(out, "signalbox_upstream_refused_additions", "gauge", "What an upstream refused of what the router asks for itself, and is not asked for now.");
  for (const auto& upstream : upstreams) {
    for (const auto& refused : upstream.refused) {
      const std::string labels = label("upstream", upstream.name) + "," + label("model", refused.model) + "," +
          label("addition", refused.addition) + "," + label("tools", refused.with_tools ? "true" : "false");
      sample(out, "signalbox_upstream_refused_additions", labels, 1);
    }
  }
  return out;
}

}  // namespace signalbox::engine
