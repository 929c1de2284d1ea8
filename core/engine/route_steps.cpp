// SPDX-License-Identifier: Apache-2.0
#include "engine/route_steps.h"

#include <algorithm>

#include "base/strings.h"

namespace signalbox::engine {
namespace {

using control::RouteStep;
using domain::Attempt;
using domain::Decision;

std::string textOf(const std::optional<double>& value) { return value ? shortest(*value) : std::string(); }

// Shadows, probes and judges are not on the way of the request.
bool onTheWay(const Attempt& attempt) {
  return attempt.role == domain::AttemptRole::Serve || attempt.role == domain::AttemptRole::Retry ||
         attempt.role == domain::AttemptRole::Hedge;
}

const policy::Gate* gateOf(const policy::Workload* workload, const std::vector<std::string>& tiers, const std::string& tier) {
  const auto at = std::ranges::find(tiers, tier);
  if (!workload || at == tiers.end()) return nullptr;
  const auto index = static_cast<std::size_t>(at - tiers.begin());
  return index < workload->gates.size() && workload->gates[index] ? &*workload->gates[index] : nullptr;
}

void addStart(std::vector<RouteStep>& steps, const Decision& d) {
  if (domain::isPinned(d)) steps.push_back({"match", "pinned", {d.requested_model}, {}});
  else if (!d.workload.empty()) steps.push_back({"match", "matched", {d.workload}, {}});
  if (!d.override_rule.empty()) steps.push_back({"override", "override", {d.override_rule, d.start_tier}, {}});
  if (d.complexity) steps.push_back({"classify", "complexity", {shortest(*d.complexity), d.classifier}, {}});
  if (d.start_tier.empty()) steps.push_back({"decide", "no_tier", {d.reason ? std::string(domain::name(*d.reason)) : std::string()}, {}});
  else steps.push_back({"decide", "start", {d.start_tier, d.reason ? std::string(domain::name(*d.reason)) : std::string()}, {}});
}

RouteStep attemptStep(const Attempt& attempt) {
  const std::string deployment = attempt.upstream + "/" + attempt.model;
  const std::string role(domain::name(attempt.role));
  RouteStep step;
  step.step = "attempt";
  if (attempt.error.empty()) {
    step.code = "attempt_ok";
    step.args = {attempt.tier, deployment, role};
  } else {
    step.code = "attempt_failed";
    step.args = {attempt.tier, deployment, role, attempt.error, std::to_string(attempt.status)};
  }
  if (attempt.latency_ms) step.us = *attempt.latency_ms * 1000;
  return step;
}

// What the gate and the validators said of a complete answer.
void addJudgement(std::vector<RouteStep>& steps, const Attempt& attempt, const policy::Gate* gate) {
  if (!attempt.error.empty()) return;
  if (!attempt.validators.empty() && attempt.validators != "pass") {
    steps.push_back({"gate", "validators_failed", {attempt.tier, attempt.validators}, {}});
  }
  if (!attempt.gate) return;
  if (!attempt.confidence) {
    steps.push_back({"gate", "gate_unknown", {attempt.tier}, {}});
    return;
  }
  const double confidence = *attempt.confidence;
  std::vector<std::string> args{attempt.tier, shortest(confidence), textOf(attempt.gate)};
  if (confidence < *attempt.gate) {
    steps.push_back({"gate", "gate_escalated", std::move(args), {}});
  } else if (gate && gate->trust_above && confidence < *gate->trust_above) {
    args.push_back(shortest(*gate->trust_above));
    steps.push_back({"gate", "gate_review", std::move(args), {}});
  } else {
    steps.push_back({"gate", "gate_accepted", std::move(args), {}});
  }
}

void addEnd(std::vector<RouteStep>& steps, const Decision& d) {
  const std::string outcome(domain::name(d.outcome));
  const std::string status = std::to_string(d.status);
  RouteStep step;
  step.step = "relay";
  if (!d.final_tier.empty() && d.outcome == domain::Outcome::Ok) {
    step.code = "relayed";
    step.args = {d.final_tier, status, outcome};
  } else {
    step.code = "not_served";
    step.args = {status, outcome, d.error};
  }
  if (d.latency_ms) step.us = *d.latency_ms * 1000;
  steps.push_back(std::move(step));
}

}  // namespace

control::DecisionDetail explainDecision(domain::Decision decision, const policy::CompiledPolicy* policy) {
  control::DecisionDetail detail;
  detail.recomputed = true;
  // A pinned request obeys no workload: neither boundary nor gate applies to it.
  const policy::Workload* workload = policy && !domain::isPinned(decision) ? policy->byName(decision.workload) : nullptr;
  if (policy) detail.tiers = policy->tiers;
  if (workload) {
    detail.boundaries = workload->boundaries;
    for (const auto& gate : workload->gates) {
      detail.gates.push_back(gate ? std::optional(gate->escalate_below) : std::nullopt);
    }
  }
  addStart(detail.steps, decision);
  for (Attempt& attempt : decision.attempts) {
    if (!onTheWay(attempt)) continue;
    const policy::Gate* gate = gateOf(workload, detail.tiers, attempt.tier);
    if (gate && !attempt.gate) attempt.gate = gate->escalate_below;
    detail.steps.push_back(attemptStep(attempt));
    addJudgement(detail.steps, attempt, gate);
  }
  addEnd(detail.steps, decision);
  detail.decision = std::move(decision);
  return detail;
}

}  // namespace signalbox::engine
