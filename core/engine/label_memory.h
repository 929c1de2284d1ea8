// SPDX-License-Identifier: Apache-2.0
// What each deployment says on the whole to each workload's labels, for the gates that correct by it. Lives as long as the router;
// other labels begin anew. Thread-safe.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "domain/tier.h"
#include "gate/label_priors.h"

namespace signalbox::engine {

class LabelMemory {
 public:
  // Whoever has it is alone with all of them; for a moment only.
  struct Held {
    std::unique_lock<std::mutex> lock;
    gate::LabelPriors* priors;
  };
  // Nullopt where there are no labels, as of an answer that calls a tool: it says nothing of them, and what is known stays.
  [[nodiscard]] std::optional<Held> of(const std::string& workload, const domain::Deployment& deployment, const std::vector<std::string>& labels) {
    if (labels.empty()) return std::nullopt;
    std::unique_lock lock(mutex_);
    Known& known = all_[{workload, deployment.upstream, deployment.model}];
    if (known.labels != labels) known = {labels, gate::LabelPriors(labels.size())};
    return Held{std::move(lock), &known.priors};
  }

 private:
  struct Known {
    std::vector<std::string> labels;
    gate::LabelPriors priors{0};
  };
  std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, std::string>, Known> all_;
};

}  // namespace signalbox::engine
