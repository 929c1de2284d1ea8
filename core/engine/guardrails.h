// SPDX-License-Identifier: Apache-2.0
// Limits on one change of the live policy, taken from the live policy itself: how far a threshold may move at once, and that the
// limits are not loosened on the way. Pure.
#pragma once
#include <optional>
#include <string>

#include "base/error.h"
#include "policy/policy.h"

namespace signalbox::engine {

// The first guardrail that `next` breaks, as a Guardrail error whose detail is {which, found, allowed}. A gate that is not there
// counts as escalate-below 0, which is what it does; a missing trust-above as escalate-below, which leaves no review band. A workload
// with thresholds that goes, or that a new one is put before, breaks max-step too; `found` is null then.
[[nodiscard]] std::optional<Error> brokenGuardrail(const policy::CompiledPolicy& live, const policy::CompiledPolicy& next);

}  // namespace signalbox::engine
