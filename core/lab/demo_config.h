// SPDX-License-Identifier: Apache-2.0
// The demo's configuration: where its simulated upstreams listen, what they cost, and the policy over them. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "config/config.h"
#include "lab/sample_traffic.h"
#include "policy/policy.h"

namespace signalbox::lab {

// One simulated upstream of the demo. The middle tier has two, so that one can fail.
struct DemoUpstream {
  const char* name;
  const char* tier;
  std::size_t model;      // of the sample models
  const char* fault;      // fault script
  Duration timeout;       // of its tier
  double input, output;   // US dollars per million tokens: made up
};
[[nodiscard]] const std::vector<DemoUpstream>& demoUpstreams();

[[nodiscard]] Result<std::shared_ptr<const config::Config>> demoConfig(const SampleTraffic& traffic, const std::vector<std::uint16_t>& ports,
                                                                       const std::string& folder);

// A map for every gate of `policy`, fitted on traffic of another seed than the demo serves, as an operator would on answers of the
// past. Rows of a workload are the outcomes whose task has its name.
[[nodiscard]] Result<std::vector<domain::CalibrationMap>> demoCalibrations(const policy::CompiledPolicy& policy,
                                                                           const std::vector<domain::Tier>& tiers);

}  // namespace signalbox::lab
