// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/sha256.h"
#include "gate/gate.h"
#include "lab/demo_history.h"
#include "lab/simulated_answer.h"

namespace signalbox::lab {
namespace {

domain::TokenEvidence evidenceOf(const SimulatedAnswer& answer) {
  domain::TokenEvidence evidence;
  if (!answer.token_prob) return evidence;
  for (const auto& token : answer.tokens) evidence.push_back({token, std::log(*answer.token_prob), {}});
  if (evidence.empty()) return evidence;
  auto& top = evidence.front().top;
  top.push_back({answer.tokens.front(), std::log(*answer.token_prob)});
  for (const auto& other : answer.others) {
    const double share = clampProbability((1 - *answer.token_prob) / static_cast<double>(answer.others.size()));
    top.push_back({other, std::log(share)});
  }
  return evidence;
}

domain::Attempt attemptOf(const SimulatedAnswer& answer, const domain::Tier& tier, const config::Config& config) {
  const domain::Deployment& deployment = tier.deployments.front();
  domain::Attempt attempt;
  attempt.tier = tier.name;
  attempt.model = deployment.model;
  attempt.upstream = deployment.upstream;
  attempt.status = 200;
  attempt.input_tokens = answer.input_tokens;
  attempt.output_tokens = answer.output_tokens;
  const auto* upstream = config.upstream(deployment.upstream);
  const domain::Usage usage{answer.input_tokens, answer.output_tokens, 0, 0, 0, domain::UsageSource::Provider};
  if (upstream && upstream->models.front().price) attempt.cost_usd = domain::costUsd(usage, *upstream->models.front().price);
  return attempt;
}

void describe(domain::Decision& decision, const domain::Request& request, const policy::Workload& workload, const policy::Choice& choice,
              const classify::Features& features) {
  std::string text;
  for (const auto& message : request.messages) text += message.text + "\n";
  decision.router = "demo";
  decision.requested_model = request.model;
  decision.workload = workload.name;
  decision.stream = request.stream;
  decision.prompt_hash = sha256Hex(text).substr(0, 16);
  decision.features = features.named;
  decision.complexity = choice.complexity;
  decision.propensity = choice.propensity;
  decision.override_rule = choice.override_rule;
  decision.reason = choice.reason;
  decision.explanation = choice.explanation;
  decision.usage_source = domain::UsageSource::Provider;
  decision.status = 200;
}

}  // namespace

domain::Decision pastDecision(const SampleTraffic& traffic, const policy::CompiledPolicy& policy, const config::Config& config,
                              const SampleWorkload& source, std::size_t row_at, bool stream) {
  const OutcomeRow& row = traffic.outcomes->rows()[row_at];
  domain::Request request;
  request.model = source.model;
  request.messages = row.messages;
  request.stream = stream;
  const policy::Workload& workload = *policy.match(request);
  const auto features = classify::extract(request, workload.tree, workload.structured());
  const auto choice = policy::decide(policy, workload, request, features);

  domain::Decision decision;
  describe(decision, request, workload, choice, features);
  decision.policy = policy.revision;
  decision.start_tier = policy.tiers[domain::index(choice.start)];
  double cost = 0;
  for (std::size_t at = domain::index(choice.start); at < config.tiers.size(); ++at) {
    const domain::Tier& tier = config.tiers[at];
    const std::string& model = tier.deployments.front().model;
    const Record& record = *row.record(model);
    const auto answer = recordedAnswer(*traffic.outcomes, row, record, model, 1);
    domain::Attempt attempt = attemptOf(answer, tier, config);
    cost += attempt.cost_usd.value_or(0);
    const policy::Gate* gate = workload.gates[at] ? &*workload.gates[at] : nullptr;
    const bool passes_through = stream && gate && gate->stream == domain::StreamGate::Off;
    gate::Judgement judged;
    const auto* map = gate ? domain::findCalibration(config.calibrations, workload.name, tier.deployments.front(), gate->signal) : nullptr;
    if (!passes_through) judged = gate::judge(gate, workload.validate, answer.text, evidenceOf(answer), map);
    attempt.n = static_cast<int>(decision.attempts.size());
    attempt.confidence_raw = judged.raw;
    attempt.confidence = judged.confidence;
    attempt.validators = judged.validation.failed;
    if (gate) attempt.gate = gate->escalate_below;
    if (!judged.explanation.empty()) decision.explanation += "; " + tier.name + ": " + judged.explanation;
    decision.input_tokens = attempt.input_tokens;
    decision.output_tokens = attempt.output_tokens;
    decision.attempts.push_back(std::move(attempt));
    if (judged.escalate && at + 1 < config.tiers.size()) {
      ++decision.escalations;
      continue;
    }
    decision.final_tier = tier.name;
    decision.verdict = judged.verdict == domain::Verdict::Escalate ? domain::Verdict::Review : judged.verdict;
    decision.confidence_raw = judged.raw;
    decision.confidence = judged.confidence;
    decision.calibration = judged.calibration;
    decision.score = record.correct;
    break;
  }
  decision.cost_usd = cost;
  return decision;
}

}  // namespace signalbox::lab
