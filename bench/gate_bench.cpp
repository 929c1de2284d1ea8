// SPDX-License-Identifier: Apache-2.0
// What the gate costs a request. Cases: each signal over a label of one token and over an answer of 64 tokens, both with twenty
// alternatives a token; judge() with and without a calibration map; each validator on a short answer.
#include <benchmark/benchmark.h>

#include <cmath>

#include "gate/gate.h"
#include "gate/refusal.h"

namespace signalbox::gate {
namespace {

const std::vector<std::string> kLabels{"ACCT", "BILL", "TECH", "SHIP", "OTHER"};

domain::TokenEvidence evidenceOf(int tokens) {
  domain::TokenEvidence evidence;
  for (int i = 0; i < tokens; ++i) {
    domain::TokenLogprob token{tokens == 1 ? "BILL" : " word", std::log(0.8), {}};
    token.top.push_back({token.token, token.logprob});
    for (int other = 1; other < 20; ++other) {
      token.top.push_back(
          {other < 5 ? kLabels[static_cast<std::size_t>(other)] : "other" + std::to_string(other), std::log(0.01)});
    }
    evidence.push_back(std::move(token));
  }
  return evidence;
}

void signal(benchmark::State& state, domain::Signal which, int tokens) {
  const auto evidence = evidenceOf(tokens);
  for (auto _ : state) benchmark::DoNotOptimize(confidence(which, evidence, kLabels));
}
BENCHMARK_CAPTURE(signal, top_class_label, domain::Signal::TopClass, 1);
BENCHMARK_CAPTURE(signal, mean_token_label, domain::Signal::MeanToken, 1);
BENCHMARK_CAPTURE(signal, mean_token_64, domain::Signal::MeanToken, 64);
BENCHMARK_CAPTURE(signal, min_token_64, domain::Signal::MinToken, 64);

void judgeLabel(benchmark::State& state, bool calibrated) {
  policy::Gate gate;
  gate.escalate_below = 0.82;
  policy::Validators validators;
  validators.labels = kLabels;
  const auto evidence = evidenceOf(1);
  domain::CalibrationMap map;
  map.name = "tickets/llama";
  for (int i = 0; i <= 20; ++i) map.points.emplace_back(i / 20.0, i * i / 400.0);
  for (auto _ : state) benchmark::DoNotOptimize(judge(&gate, validators, "BILL", evidence, calibrated ? &map : nullptr));
}
BENCHMARK_CAPTURE(judgeLabel, raw, false);
BENCHMARK_CAPTURE(judgeLabel, calibrated, true);

void refusal(benchmark::State& state, const char* answer) {
  for (auto _ : state) benchmark::DoNotOptimize(isRefusal(answer));
}
BENCHMARK_CAPTURE(refusal, answer, "The invoice of March was paid twice; the second payment will be returned within five days.");
BENCHMARK_CAPTURE(refusal, refusal, "I'm sorry, but I can't assist with that.");

void schemaValidator(benchmark::State& state) {
  policy::Validators validators;
  validators.json_schema =
      schema::Validator::compile(
          Json::parse(
              R"({"type":"object","required":["id","kind"],"properties":{"id":{"type":"integer"},"kind":{"enum":["a","b"]}}})"))
          .value();
  for (auto _ : state) benchmark::DoNotOptimize(validate(validators, R"({"id":7,"kind":"b"})"));
}
BENCHMARK(schemaValidator);

}  // namespace
}  // namespace signalbox::gate
