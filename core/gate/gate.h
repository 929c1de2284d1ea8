// SPDX-License-Identifier: Apache-2.0
// Does this answer stand? Confidence from token probabilities, through a calibration map where there is one, against the
// gate's thresholds; and validators over the text. Pure; no made-up number: without evidence there is no confidence.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/calibration_map.h"
#include "domain/tokens.h"
#include "domain/vocabulary.h"
#include "gate/label_priors.h"
#include "policy/policy.h"

namespace signalbox::gate {

// `signal` over the evidence; nullopt when there is none, or a probability is not finite. For TopClass: the probability of the
// answer's label normalised over the allowed ones; an answer that is no label has confidence 0.
//   mean-token = exp(mean log p) · min-token = min p · top-class as in the contract
[[nodiscard]] std::optional<double> confidence(domain::Signal signal, const domain::TokenEvidence& evidence,
                                               const std::vector<std::string>& labels);

// How an answer's probability is spread over the allowed labels, each in its place; nullopt where the answer is no label, or the
// server told of no alternatives, so that nothing is known of the others.
struct LabelShares {
  std::vector<double> shares;  // add up to 1
  std::size_t answer = 0;
};
[[nodiscard]] std::optional<LabelShares> labelShares(const domain::TokenEvidence& evidence, const std::vector<std::string>& labels);

struct Validation {
  bool passed = true;
  std::string
      failed;  // "pass" when all passed, "" when none ran, else names joined by commas: enum json-schema regex max-chars refusal
};
// `answer` is the whole text of the answer, white space around it ignored by the enum check; `refused`: the provider itself says
// that it is a refusal.
[[nodiscard]] Validation validate(const policy::Validators& validators, std::string_view answer, bool refused = false);

struct Judgement {
  domain::Verdict verdict = domain::Verdict::Ungated;
  bool escalate = false;             // go up, if there is a higher tier
  std::optional<double> raw;         // before the map
  std::optional<double> confidence;  // after it
  std::string calibration;           // the map's name
  Validation validation;
  std::string explanation;  // "top-class 0.64 < 0.82"
};

// `gate` null: no gate on this tier; then only validators speak. `priors`: of this workload's labels at the deployment that
// answered, where the gate corrects by them; this answer is added to them. A map was fitted to what is not corrected, so it is used
// only without.
[[nodiscard]] Judgement judge(const policy::Gate* gate, const policy::Validators& validators, std::string_view answer,
                              const domain::TokenEvidence& evidence, const domain::CalibrationMap* map, bool refused = false, LabelPriors* priors = nullptr);

}  // namespace signalbox::gate
