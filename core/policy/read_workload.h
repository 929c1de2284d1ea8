// SPDX-License-Identifier: Apache-2.0
// One workload of a document whose shape is right → its compiled form. Internal to compile().
#pragma once
#include <string>
#include <vector>

#include "policy/findings.h"
#include "policy/policy.h"

namespace signalbox::policy {

// Reports what does not fit together: unknown tiers, boundaries out of order, patterns that do not compile.
[[nodiscard]] Workload readWorkload(const Json& json, const std::string& pointer, const std::vector<std::string>& tiers,
                                    Findings& findings);
// Its `route` alone.
void readRoute(const Json& route, const std::string& pointer, const std::vector<std::string>& tiers, Workload& workload,
               Findings& findings);
// The tier called `name`; reports an unknown one with the nearest known and gives the first.
[[nodiscard]] domain::TierIndex tierNamed(const std::string& name, const std::string& pointer, const std::vector<std::string>& tiers,
                                          Findings& findings, bool at_key = false);

}  // namespace signalbox::policy
