// SPDX-License-Identifier: Apache-2.0
// The way of a request, worked out again from its record and the policy revision it obeyed, as codes that clients put into words.
// Pure.
//
//   step      code                 args
//   match     matched              workload
//             pinned               requested model
//   override  override             rule, tier
//   classify  complexity           score, classifier
//   decide    start                tier, reason
//             no_tier              reason
//   attempt   attempt_ok           tier, upstream/model, role
//             attempt_failed       tier, upstream/model, role, error, HTTP status
//   gate      gate_accepted        tier, confidence, threshold
//             gate_review          tier, confidence, threshold, trust-above
//             gate_escalated       tier, confidence, threshold
//             gate_unknown         tier
//             validators_failed    tier, names
//   relay     relayed              tier, HTTP status, outcome
//             not_served           HTTP status, outcome, error
#pragma once
#include <vector>

#include "control/console_api.h"
#include "policy/policy.h"

namespace signalbox::engine {

// `policy` is null when the revision is not known any more: then there are no boundaries and gates to hold anything against.
// Fills attempts' `gate` where the record does not have it.
[[nodiscard]] control::DecisionDetail explainDecision(domain::Decision decision, const policy::CompiledPolicy* policy);

}  // namespace signalbox::engine
