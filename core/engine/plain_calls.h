// SPDX-License-Identifier: Apache-2.0
// Deployments that refused what the router asks for beside what the client asked for (token probabilities, usage in a stream), and
// answered without it. They are asked plainly from then on, until the router starts again. Thread-safe; the hot path reads one atomic
// as long as there is none.
#pragma once
#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include "domain/tier.h"

namespace signalbox::engine {

class PlainCalls {
 public:
  [[nodiscard]] bool wants(const domain::Deployment& deployment) const {
    if (!any_.load(std::memory_order_acquire)) return false;
    const std::lock_guard lock(mutex_);
    return std::find(all_.begin(), all_.end(), deployment) != all_.end();
  }
  // True when it was not known yet.
  bool add(const domain::Deployment& deployment) {
    const std::lock_guard lock(mutex_);
    if (std::find(all_.begin(), all_.end(), deployment) != all_.end()) return false;
    all_.push_back(deployment);
    any_.store(true, std::memory_order_release);
    return true;
  }

 private:
  std::atomic<bool> any_{false};
  mutable std::mutex mutex_;
  std::vector<domain::Deployment> all_;
};

}  // namespace signalbox::engine
