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

// The answer's share of what is left when every label's usual share is taken out, from the answers before it.
std::optional<double> corrected(const domain::TokenEvidence& evidence, const std::vector<std::string>& labels, LabelPriors& priors) {
  const auto found = labelShares(evidence, labels);
  if (!found) return std::nullopt;
  const double share = priors.corrected(found->shares, found->answer);
  priors.add(found->shares);
  return share;
}

// The gate alone.
void weigh(const policy::Gate& gate, const std::vector<std::string>& labels, const domain::TokenEvidence& evidence,
           const domain::CalibrationMap* map, LabelPriors* priors, Judgement& out) {
  const auto signal = std::string(domain::name(gate.signal));
  out.raw = confidence(gate.signal, evidence, labels);
  if (!out.raw) {
    out.verdict = Verdict::Ungated;
    out.escalate = gate.when_unknown == domain::WhenUnknown::Escalate;
    out.explanation = signal + " unknown: no token probabilities, when-unknown: " + std::string(domain::name(gate.when_unknown));
    return;
  }
  out.confidence = out.raw;
  if (gate.prior_correction == domain::PriorCorrection::Running && gate.signal == domain::Signal::TopClass) {
    map = nullptr;
    const auto share = priors != nullptr ? corrected(evidence, labels, *priors) : std::nullopt;
    if (share) {
      out.confidence = share;
      out.calibration = kRunningPrior;
    }
  }
  if (map) {
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
