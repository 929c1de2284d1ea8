// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "base/strings.h"
#include "gate/gate.h"

namespace signalbox::gate {
namespace {

using domain::Verdict;

constexpr std::string_view kRunningPrior = "running-prior";  // stands where the name of a map stands

// "0.64 < 0.82": two decimals, or as many as it takes for the figures to show what the comparison found.
std::string compared(double value, double threshold) {
  const std::string_view sign = value < threshold ? " < " : " ≥ ";
  for (int decimals = 2; decimals < 6; ++decimals) {
    auto left = fixed(value, decimals);
    const auto right = fixed(threshold, decimals);
    if (left != right || value == threshold) return left + std::string(sign) + right;
  }
  return shortest(value) + std::string(sign) + shortest(threshold);
}

std::string withMap(const Judgement& judgement) {
  if (judgement.calibration.empty()) return {};
  const double raw = *judgement.raw;
  // Raw confidences crowd just below 1: as many decimals as it takes not to show a 1 that is none.
  int decimals = 2;
  while (decimals < 6 && raw != 1 && raw > 1 - 0.5 * std::pow(10, -decimals)) ++decimals;
  const std::string_view how = judgement.calibration == kRunningPrior ? "corrected" : "calibrated";
  return " (" + std::string(how) + " from " + fixed(raw, decimals) + ")";
}

// The gate alone.
void weigh(const policy::Gate& gate, const std::vector<std::string>& labels, const domain::TokenEvidence& evidence,
           const domain::CalibrationMap* map, LabelPriors* priors, Judgement& out) {
  const auto signal = std::string(domain::name(gate.signal));
  const bool corrects = gate.prior_correction == domain::PriorCorrection::Running && gate.signal == domain::Signal::TopClass && priors != nullptr;
  const auto of_labels = corrects ? labelShares(evidence, labels) : std::nullopt;
  out.raw = of_labels ? of_labels->shares[of_labels->answer] : confidence(gate.signal, evidence, labels);
  if (!out.raw) {
    out.verdict = Verdict::Ungated;
    out.escalate = gate.when_unknown == domain::WhenUnknown::Escalate;
    const bool lacks_labels = gate.signal == domain::Signal::TopClass && labels.empty() && !evidence.empty();
    out.explanation = signal + " unknown: " + (lacks_labels ? "no labels to compare" : "no token probabilities") +
                      ", when-unknown: " + std::string(domain::name(gate.when_unknown));
    return;
  }
  out.confidence = out.raw;
  if (of_labels) {
    out.confidence = priors->corrected(of_labels->shares, of_labels->answer);
    out.calibration = kRunningPrior;
    priors->add(of_labels->shares);
  }
  if (map && !corrects) {
    out.confidence = (*map)(*out.raw);
    out.calibration = map->name;
  }
  const double value = *out.confidence;
  out.explanation =
      signal + " " + compared(value, value < gate.escalate_below || !gate.trust_above ? gate.escalate_below : *gate.trust_above);
  out.explanation += withMap(out);
  if (value < gate.escalate_below) {
    out.verdict = Verdict::Escalate;
    out.escalate = true;
  } else if (gate.trust_above && value < *gate.trust_above) {
    out.verdict = Verdict::Review;
    out.explanation += ": review";
  } else {
    out.verdict = Verdict::Accept;
  }
}

}  // namespace

Judgement judge(const policy::Gate* gate, const policy::Validators& validators, std::string_view answer,
                const domain::TokenEvidence& evidence, const domain::CalibrationMap* map, bool refused, LabelPriors* priors) {
  Judgement out;
  out.validation = validate(validators, answer, refused);
  if (gate) weigh(*gate, validators.labels, evidence, map, priors, out);
  if (out.validation.passed) return out;
  // An answer of the wrong shape is wrong however sure the model was of it.
  out.verdict = Verdict::Escalate;
  out.escalate = true;
  if (!out.explanation.empty()) out.explanation += "; ";
  out.explanation += "failed " + out.validation.failed;
  return out;
}

}  // namespace signalbox::gate
