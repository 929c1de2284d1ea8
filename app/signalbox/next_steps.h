// SPDX-License-Identifier: Apache-2.0
// What `init` and `import` share: where the two files go, writing them, and telling what comes next.
#pragma once
#include <string>

#include "config/draft.h"

namespace signalbox::app {

struct DraftPlaces {
  std::string config;
  std::string policy;
  std::string policy_name;  // as the configuration names it
  // The one of the two that is there already; empty = none.
  [[nodiscard]] std::string taken() const;
};
// `policy` empty: policy.yaml beside the configuration.
[[nodiscard]] DraftPlaces draftPlaces(const std::string& config, const std::string& policy = {});

// Both or none, whatever signal comes meanwhile.
[[nodiscard]] Result<void> writePlaces(const config::Draft& draft, const DraftPlaces& places);

[[nodiscard]] Json summary(const config::Draft& draft, const DraftPlaces& places);
// Lines for people: what was written, which variables to set, how to serve and how to ask.
[[nodiscard]] std::string nextSteps(const config::Draft& draft, const DraftPlaces& places);

}  // namespace signalbox::app
