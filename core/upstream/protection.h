// SPDX-License-Identifier: Apache-2.0
// The one table for all workers of what keeps requests away from deployments that cannot answer them: breakers (by deployment),
// cool-downs (by key and model), credentials that were refused (by key, or by key and model) and retry budgets (by upstream). Thread-safe.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "config/config.h"
#include "upstream/guard.h"

namespace signalbox::upstream {

class Protection {
 public:
  // `before`: of another configuration. Upstreams that keep their name, base_url and key keep what was learnt of them.
  explicit Protection(const config::Config& config, const Protection* before = nullptr);
  // REQUIRES: a configured deployment.
  [[nodiscard]] Guard& of(const domain::Deployment& deployment) const;
  [[nodiscard]] ShareBudget& budget(const std::string& upstream) { return *budgets_.at(upstream); }
  // Of a tier by its name; null where it does not hedge.
  [[nodiscard]] ShareBudget* hedges(const std::string& tier) const {
    const auto found = hedges_.find(tier);
    return found == hedges_.end() ? nullptr : found->second.budget.get();
  }

 private:
  using Name = std::pair<std::string_view, std::string_view>;  // of upstream and model, in the guarded configuration
  struct Hedges {
    double most = 0;
    std::shared_ptr<ShareBudget> budget;
  };
  void guard(const domain::Upstream& upstream, const Protection* before);
  void hedge(const domain::Tier& tier, const Protection* before);

  std::vector<std::unique_ptr<domain::Deployment>> names_;
  std::map<Name, std::unique_ptr<Guard>> guards_;
  std::map<std::string, std::string> credential_names_;  // by upstream: base_url and key
  std::map<std::string, std::shared_ptr<Cooldown>> cooldowns_;
  std::map<std::string, std::shared_ptr<Credential>> credentials_;  // by base_url and key
  std::map<std::string, std::shared_ptr<Credential>> rights_;       // and model
  std::map<std::string, std::shared_ptr<ShareBudget>> budgets_;
  std::map<std::string, Hedges> hedges_;
  std::shared_ptr<std::mutex> opening_;
};

}  // namespace signalbox::upstream
