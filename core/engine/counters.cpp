// SPDX-License-Identifier: Apache-2.0
#include "engine/counters.h"

#include <algorithm>
#include <cmath>

#include "config/config.h"
#include "domain/error_status.h"
#include "engine/metrics_text.h"

namespace signalbox::engine {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

const std::vector<double> kRequestSeconds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300};
const std::vector<double> kOverheadSeconds{0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 1};

double value(const std::atomic<std::uint64_t>& count) { return static_cast<double>(count.load(kRelaxed)); }

std::uint64_t nanoUsd(double usd) { return static_cast<std::uint64_t>(std::llround(std::max(0.0, usd) * 1e9)); }

// Who lost a race, and whose client went away, was called off: no failure of whoever was asked.
bool isFailure(const domain::Attempt& attempt) {
  if (attempt.error.empty()) return false;
  return attempt.error != domain::errorStatus(ErrorCode::Cancelled).code && attempt.error != domain::errorStatus(ErrorCode::ClientGone).code;
}

// Until the next call on this thread: every attempt is looked up by it.
const std::string& placeName(std::string_view tier, std::string_view upstream, std::string_view model) {
  thread_local std::string name;
  return name.assign(tier).append(1, '\n').append(upstream).append(1, '/').append(model);
}

template <class Enum, std::size_t size>
void byName(MetricsText& out, std::string_view key, const std::array<std::atomic<std::uint64_t>, size>& counts) {
  for (std::size_t i = 0; i < size; ++i) out.sample(MetricsText::label(key, domain::name(static_cast<Enum>(i))), value(counts[i]));
}

}  // namespace

std::vector<CountedPlace> countedPlaces(const config::Config& config) {
  std::vector<CountedPlace> places;
  for (const auto& tier : config.tiers) {
    for (const auto& one : tier.deployments) places.push_back({tier.name, one.upstream, one.model});
  }
  for (const auto& upstream : config.upstreams) {
    for (const auto& model : upstream.models) places.push_back({{}, upstream.name, model.id});
  }
  return places;
}

Counters::Tier::Tier(std::string tier_name) : name(std::move(tier_name)), latency(kRequestSeconds), first_token(kRequestSeconds) {}

Counters::Counters(std::vector<std::string> tiers, const std::vector<CountedPlace>& places) : overhead_(kOverheadSeconds) {
  for (auto& name : tiers) tiers_.emplace_back(std::move(name));
  tiers_.emplace_back("none");
  for (const auto& place : places) {
    by_name_.emplace(placeName(place.tier, place.upstream, place.model), &places_.emplace_back(place));
  }
  places_.emplace_back(CountedPlace{"other", "other", "other"});
  for (const int status : {400, 401, 403, 408, 413, 415, 417, 421, 429, 431, 501, 503, 505}) refused_[status] = 0;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(ErrorCode::Internal); ++i) {
    by_error_[std::string(domain::errorStatus(static_cast<ErrorCode>(i)).code)] = 0;
  }
}

Counters::Place& Counters::placeOf(const domain::Attempt& attempt) {
  const auto found = by_name_.find(placeName(attempt.tier, attempt.upstream, attempt.model));
  return found == by_name_.end() ? places_.back() : *found->second;
}

void Counters::decided(const domain::Decision& d) {
  const auto found = std::find_if(tiers_.begin(), tiers_.end() - 1, [&](const Tier& tier) { return tier.name == d.final_tier; });
  found->requests.fetch_add(1, kRelaxed);
  if (d.latency_ms) found->latency.add(*d.latency_ms / 1e3);
  if (d.ttft_ms) found->first_token.add(*d.ttft_ms / 1e3);
  by_outcome_[static_cast<std::size_t>(d.outcome)].fetch_add(1, kRelaxed);
  if (d.verdict) by_verdict_[static_cast<std::size_t>(*d.verdict)].fetch_add(1, kRelaxed);
  by_status_class_[static_cast<std::size_t>(std::clamp(d.status / 100, 0, 5))].fetch_add(1, kRelaxed);
  by_cache_[static_cast<std::size_t>(d.cache)].fetch_add(1, kRelaxed);
  if (const auto error = by_error_.find(d.error); !d.error.empty() && error != by_error_.end()) error->second.fetch_add(1, kRelaxed);
  if (d.escalations > 0) {
    escalated_.fetch_add(1, kRelaxed);
    escalations_.fetch_add(static_cast<std::uint64_t>(d.escalations), kRelaxed);
  }
  for (const auto& attempt : d.attempts) {
    Place& place = placeOf(attempt);
    place.attempts.fetch_add(1, kRelaxed);
    by_role_[static_cast<std::size_t>(attempt.role)].fetch_add(1, kRelaxed);
    if (isFailure(attempt)) {
      place.failed.fetch_add(1, kRelaxed);
      failed_attempts_.fetch_add(1, kRelaxed);
    }
    place.input.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, attempt.input_tokens.value_or(0))), kRelaxed);
    place.output.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, attempt.output_tokens.value_or(0))), kRelaxed);
    if (attempt.cost_usd) place.cost_nano_usd.fetch_add(nanoUsd(*attempt.cost_usd), kRelaxed);
  }
  if (d.cost_usd) cost_nano_usd_.fetch_add(nanoUsd(*d.cost_usd), kRelaxed);
  else cost_unknown_.fetch_add(1, kRelaxed);
  if (d.usage_source == domain::UsageSource::Estimated) estimated_.fetch_add(1, kRelaxed);
  if (d.overhead_us) overhead_.add(static_cast<double>(*d.overhead_us) / 1e6);
}

void Counters::refused(int status) {
  if (const auto found = refused_.find(status); found != refused_.end()) found->second.fetch_add(1, kRelaxed);
}

void Counters::requestsText(MetricsText& out) const {
  out.describe("signalbox_outcomes_total", "counter", "Requests by how they ended.");
  byName<domain::Outcome>(out, "outcome", by_outcome_);
  out.describe("signalbox_verdicts_total", "counter", "Requests by the gate's verdict on the answer that was served.");
  byName<domain::Verdict>(out, "verdict", by_verdict_);
  out.describe("signalbox_cache_answers_total", "counter", "Requests by the cache that answered; none where a tier was asked.");
  byName<domain::CacheKind>(out, "cache", by_cache_);
  out.describe("signalbox_errors_total", "counter", "Requests that ended in an error, by its code.");
  for (const auto& [code, count] : by_error_) out.sample(MetricsText::label("code", code), value(count));
  out.describe("signalbox_responses_total", "counter", "Responses by class of status.");
  for (std::size_t i = 1; i < by_status_class_.size(); ++i) out.sample(MetricsText::label("class", std::to_string(i) + "xx"), value(by_status_class_[i]));
  out.describe("signalbox_refused_total", "counter", "Connections and requests refused before they became one, by status.");
  for (const auto& [status, count] : refused_) out.sample(MetricsText::label("status", std::to_string(status)), value(count));
  out.counter("signalbox_escalated_requests_total", "Requests that gate or validators sent to a higher tier at least once.", value(escalated_));
  out.counter("signalbox_escalations_total", "Moves to a higher tier that gate or validators made.", value(escalations_));
  out.describe("signalbox_attempts_total", "counter", "Attempts by their role.");
  byName<domain::AttemptRole>(out, "role", by_role_);
  out.counter("signalbox_failed_attempts_total", "Attempts that failed, whatever became of their request.", value(failed_attempts_));
  out.counter("signalbox_cost_usd_total", "Known cost of all requests in US dollars.", value(cost_nano_usd_) / 1e9);
  out.counter("signalbox_cost_unknown_total", "Requests whose cost is not known.", value(cost_unknown_));
  out.counter("signalbox_usage_estimated_total", "Requests whose tokens the provider did not count, so that they are estimated.", value(estimated_));
  out.describe("signalbox_overhead_seconds", "histogram", "The router's own share of a request's time: no attempt was open.");
  out.histogram({}, overhead_);
  out.gauge("signalbox_in_flight", "Requests being answered now.", static_cast<double>(in_flight.load(kRelaxed)));
}

void Counters::tiersText(MetricsText& out) const {
  out.describe("signalbox_requests_total", "counter", "Requests by the tier that answered; none where no tier did.");
  for (const auto& tier : tiers_) out.sample(MetricsText::label("tier", tier.name), value(tier.requests));
  out.describe("signalbox_request_duration_seconds", "histogram", "Time from the request's last byte to the answer's last, by the tier that answered.");
  for (const auto& tier : tiers_) out.histogram(MetricsText::label("tier", tier.name), tier.latency);
  out.describe("signalbox_time_to_first_token_seconds", "histogram", "Time from a streamed request's last byte to the answer's first, by the tier that answered.");
  for (const auto& tier : tiers_) out.histogram(MetricsText::label("tier", tier.name), tier.first_token);
}

void Counters::placesText(MetricsText& out) const {
  // A tier's own deployments always; others once there is something to say of them.
  const auto each = [&](std::string_view name, std::string_view help, Count Place::*count, double scale) {
    out.describe(name, "counter", help);
    for (const auto& place : places_) {
      if (&place == &places_.back() || place.where.tier.empty()) {
        if (place.attempts.load(kRelaxed) == 0) continue;
      }
      out.sample(MetricsText::label("tier", place.where.tier.empty() ? "none" : place.where.tier) + "," + MetricsText::label("upstream", place.where.upstream) + "," +
                     MetricsText::label("model", place.where.model), value(place.*count) * scale);
    }
  };
  each("signalbox_deployment_attempts_total", "Attempts by tier, upstream and model.", &Place::attempts, 1);
  each("signalbox_deployment_failures_total", "Failed attempts by tier, upstream and model.", &Place::failed, 1);
  each("signalbox_input_tokens_total", "Tokens sent, by tier, upstream and model.", &Place::input, 1);
  each("signalbox_output_tokens_total", "Tokens received, by tier, upstream and model.", &Place::output, 1);
  each("signalbox_deployment_cost_usd_total", "Known cost in US dollars, by tier, upstream and model.", &Place::cost_nano_usd, 1e-9);
}

namespace {

// A gauge for each state, so that alerts can name theirs.
void protectionText(MetricsText& out, const std::vector<domain::UpstreamStatus>& upstreams) {
  static constexpr std::array<std::string_view, 8> kStates{"unknown", "ok", "degraded", "cold", "limited", "half-open", "open", "disabled"};
  out.describe("signalbox_deployment_state", "gauge", "1 for the state that a deployment is in.");
  for (const auto& upstream : upstreams) {
    for (const auto& deployment : upstream.deployments) {
      const std::string labels = MetricsText::label("upstream", upstream.name) + "," + MetricsText::label("model", deployment.model) + ",";
      for (const auto state : kStates) out.sample(labels + MetricsText::label("state", state), state == deployment.health ? 1 : 0);
    }
  }
  out.describe("signalbox_upstream_probes_total", "counter", "Requests of the router's own that keep an upstream warm.");
  for (const auto& upstream : upstreams) out.sample(MetricsText::label("upstream", upstream.name), static_cast<double>(upstream.probes));
  out.describe("signalbox_upstream_probe_failures_total", "counter", "Those of them that failed.");
  for (const auto& upstream : upstreams) out.sample(MetricsText::label("upstream", upstream.name), static_cast<double>(upstream.probe_failures));
  out.describe("signalbox_upstream_probe_cost_usd_total", "counter", "Known cost of those requests in US dollars; not in signalbox_cost_usd_total.");
  for (const auto& upstream : upstreams) {
    if (upstream.probe_cost_usd) out.sample(MetricsText::label("upstream", upstream.name), *upstream.probe_cost_usd);
  }
}

}  // namespace

std::string Counters::text(const Facts& facts) const {
  MetricsText out;
  tiersText(out);
  requestsText(out);
  placesText(out);
  out.gauge("signalbox_policy_revision", "Revision of the live policy.", static_cast<double>(facts.revision));
  out.counter("signalbox_journal_dropped_total", "Decisions that were not written because the queue was full.", static_cast<double>(facts.journal.dropped));
  out.counter("signalbox_journal_retired_total", "Decisions that were deleted from the store for their age or for room.", static_cast<double>(facts.journal.retired));
  out.gauge("signalbox_journal_interrupted", "Requests that the run before this one had begun when it ended without warning.", static_cast<double>(facts.journal.interrupted));
  out.gauge("signalbox_journal_lag_seconds", "Age of the oldest decision not yet committed.", facts.journal.lag_ms / 1e3);
  out.describe("signalbox_journal_commit_seconds", "histogram", "Time of a commit until it is on disk: of acknowledged changes, and of groups of decisions.");
  out.histogram(MetricsText::label("of", "changes"), facts.commits.changes);
  out.histogram(MetricsText::label("of", "decisions"), facts.commits.decisions);
  out.describe("signalbox_upstream_requests_total", "counter", "Requests sent to an upstream, those to count tokens included; probes are told apart.");
  for (const auto& upstream : facts.upstreams) out.sample(MetricsText::label("upstream", upstream.name), static_cast<double>(upstream.requests));
  out.describe("signalbox_upstream_failures_total", "counter", "Those of them that failed by the upstream's own fault: neither its limits nor requests that it refused.");
  for (const auto& upstream : facts.upstreams) out.sample(MetricsText::label("upstream", upstream.name), static_cast<double>(upstream.failures));
  protectionText(out, facts.upstreams);
  out.describe("signalbox_upstream_in_flight", "gauge", "Requests that an upstream is answering now.");
  for (const auto& upstream : facts.upstreams) out.sample(MetricsText::label("upstream", upstream.name), static_cast<double>(upstream.in_flight));
  out.describe("signalbox_upstream_pending", "gauge", "Requests that wait for a place at an upstream.");
  for (const auto& upstream : facts.upstreams) out.sample(MetricsText::label("upstream", upstream.name), static_cast<double>(upstream.pending));
  out.describe("signalbox_upstream_refused_additions", "gauge", "What an upstream refused of what the router asks for itself, and is not asked for now.");
  for (const auto& upstream : facts.upstreams) {
    for (const auto& refused : upstream.refused) {
      out.sample(MetricsText::label("upstream", upstream.name) + "," + MetricsText::label("model", refused.model) + "," +
                     MetricsText::label("addition", refused.addition) + "," + MetricsText::label("tools", refused.with_tools ? "true" : "false"), 1);
    }
  }
  facts.control.text(out);
  if (facts.traces) facts.traces->text(out);
  return out.take();
}

}  // namespace signalbox::engine
