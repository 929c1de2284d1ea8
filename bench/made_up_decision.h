// SPDX-License-Identifier: Apache-2.0
// Decisions as a busy router would write them, for the benches of the journal.
#pragma once
#include <random>

#include "base/clock.h"
#include "base/sha256.h"
#include "domain/decision.h"

namespace signalbox::bench {

// The i-th: sessions of some eight turns, of which a few dozen are going on at any time.
inline domain::Decision decision(std::size_t i, std::mt19937_64& random) {
  const auto real = [&](double scale) { return scale * static_cast<double>(random() % 1'000'003) / 1e6; };
  static const char* const kTiers[] = {"local", "mid", "frontier"};
  domain::Decision d;
  d.id = Uuid::v7();
  d.ts = wallNow();
  d.router = "north";
  d.requested_model = "auto";
  d.workload = random() % 4 ? "tickets" : "chat";
  d.session = sha256Hex(std::to_string(i / 8 + random() % 48)).substr(0, 20);
  d.turn = static_cast<int>(random() % 8);
  d.user_hash = "5f2b1c9d8e7a6b3c";
  d.key = "app";
  d.prompt_hash = sha256Hex(d.id.string()).substr(0, 16);
  d.input_tokens = static_cast<std::int64_t>(random() % 4000);
  d.output_tokens = static_cast<std::int64_t>(random() % 800);
  for (const char* name : {"chars", "words", "sentences", "depth", "code", "questions", "digits", "keywords"}) {
    d.features.emplace_back(name, static_cast<double>(random() % 3000));
  }
  d.complexity = real(1);
  d.classifier = "heuristic";
  d.policy = 12;
  d.propensity = 1;
  const bool escalated = random() % 5 == 0;
  d.start_tier = kTiers[0];
  d.final_tier = kTiers[escalated ? 1 + random() % 2 : 0];
  d.reason = domain::Reason::Cascade;
  d.explanation = "score 0.27 is below 0.30: local; confidence 0.91 passes its gate of 0.82";
  d.escalations = escalated;
  d.confidence_raw = real(1);
  d.confidence = real(1);
  d.calibration = "tickets/llama-3-8b";
  d.verdict = random() % 20 ? domain::Verdict::Accept : domain::Verdict::Review;
  d.ttft_ms = real(300);
  d.latency_ms = real(1500);
  d.overhead_us = static_cast<std::int64_t>(random() % 400);
  d.cost_usd = real(0.01);
  d.usage_source = domain::UsageSource::Provider;
  d.status = 200;
  if (random() % 5000 == 0) d.outcome = domain::Outcome::Error, d.error = "upstream_timeout", d.status = 504;
  for (int n = 0; n <= d.escalations; ++n) {
    domain::Attempt attempt;
    attempt.n = n;
    attempt.tier = n ? d.final_tier : d.start_tier;
    attempt.model = n ? "gpt-4o-mini" : "llama-3-8b";
    attempt.upstream = n ? "openai" : "vllm";
    attempt.ts = d.ts + n;
    attempt.ttft_ms = real(200);
    attempt.latency_ms = real(700);
    attempt.input_tokens = d.input_tokens;
    attempt.output_tokens = d.output_tokens;
    attempt.cost_usd = real(0.01);
    attempt.confidence_raw = attempt.confidence = real(1);
    attempt.validators = "pass";
    attempt.status = 200;
    d.attempts.push_back(std::move(attempt));
  }
  return d;
}

}  // namespace signalbox::bench
