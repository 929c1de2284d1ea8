// SPDX-License-Identifier: Apache-2.0
// Made-up customers' messages from our own templates (resources/sample/), and what three made-up models answer to them. The
// harder a message, the likelier a weak model is wrong and the less sure it is, so that a gate has something to find. Pure:
// same seed, same traffic.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lab/latency.h"
#include "lab/outcomes.h"
#include "lab/random.h"

namespace signalbox::lab {

struct SampleWorkload {
  std::string name;
  std::string model;       // to ask for
  double share = 0;        // of the traffic
  double streamed = 0;     // share of its requests that ask for a stream
  std::string system;
  std::vector<std::size_t> rows;  // of the outcomes
};

struct SampleModel {
  std::string name;
  double skill = 0;  // on the scale of the difficulties
  Latency latency;
};

struct SampleTraffic {
  std::shared_ptr<const Outcomes> outcomes;
  std::vector<SampleWorkload> workloads;
  std::vector<SampleModel> models;  // cheapest first

  [[nodiscard]] const SampleWorkload& pickWorkload(Random& random) const;
};

// InvalidInput names what is wrong in the templates. `prompts` different messages are made.
[[nodiscard]] Result<SampleTraffic> makeSampleTraffic(std::string_view templates, std::size_t prompts, std::uint64_t seed);
// The built-in templates and the demo's policy.
[[nodiscard]] std::string_view sampleTemplates();
[[nodiscard]] std::string_view samplePolicy();

// How much traffic there is at a time of day, as a factor with mean about 1: a quiet night, two humps, and some minutes that
// are busier than others.
[[nodiscard]] double dailyShape(WallMicros time);

}  // namespace signalbox::lab
