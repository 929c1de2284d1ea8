// SPDX-License-Identifier: Apache-2.0
// One worker's way to all upstreams: prepared connections, and counters shared by all workers. Lives on the worker's thread.
#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>

#include "admit/places.h"
#include "config/config.h"
#include "domain/event.h"
#include "upstream/protection.h"
#include "upstream/tier_latencies.h"
#include "upstream/transfer.h"

namespace signalbox::upstream {

// What is known of one upstream across workers. Thread-safe.
class Health {
 public:
  explicit Health(std::shared_ptr<admit::Places> of) : places(std::move(of)) {}
  std::atomic<std::int64_t> in_flight{0}, requests{0}, failures{0};  // the latter two without probes, which are told apart
  const std::shared_ptr<admit::Places> places;
  void failed(const Error& error, bool probe);
  // A request that kept it warm. `cost_usd` unset: not known.
  void probed(bool failed, std::optional<double> cost_usd);
  void describe(domain::UpstreamStatus& status) const;
  [[nodiscard]] std::string lastError() const;

 private:
  mutable std::mutex mutex_;
  std::string last_error_;
  std::int64_t probes_ = 0, probe_failures_ = 0;
  std::optional<double> probe_cost_usd_ = 0.0;
};

// The health of every configured upstream, shared by the workers' clients.
class HealthTable {
 public:
  explicit HealthTable(const config::Config& config);
  // Of another configuration: what keeps its name and its base_url keeps its health; with the same key also what keeps requests away
  // from it; and tiers of the same deployments keep their latencies.
  HealthTable(const config::Config& config, const HealthTable& before);
  [[nodiscard]] Health& of(const std::string& upstream) { return *table_.at(upstream); }
  [[nodiscard]] Protection& protection() { return protection_; }
  [[nodiscard]] TierLatencies& latencies() { return latencies_; }
  [[nodiscard]] std::vector<domain::UpstreamStatus> list() const;
  // Upstreams have so many places from now on. REQUIRES: the configuration of this table.
  void limit(const config::Config& config);
  // The worker of this executor ends: whoever waits there for a place is not woken any more.
  void abandon(const Executor& executor);

 private:
  HealthTable(const config::Config& config, const HealthTable* before);
  Protection protection_;
  TierLatencies latencies_;
  std::vector<std::vector<domain::Deployment>> tiers_;
  struct Listed {
    std::string name, base_url;
    std::vector<std::string> models;
  };
  std::vector<Listed> order_;
  std::map<std::string, std::shared_ptr<Health>> table_;
};

class Client : public std::enable_shared_from_this<Client> {
 public:
  Client(Executor executor, std::shared_ptr<const config::Config> config, std::shared_ptr<HealthTable> health);

  // The worker ends: tasks that wait for an upstream are destroyed, or will be with its executor.
  void giveUp() {
    health_->abandon(executor());
    wiring_.giveUp();
  }
  // REQUIRES: a configured upstream's name.
  [[nodiscard]] ConnectionPool& pool(const std::string& upstream);
  [[nodiscard]] Health& health(const std::string& upstream) { return health_->of(upstream); }
  [[nodiscard]] Protection& protection() { return health_->protection(); }
  [[nodiscard]] TierLatencies& latencies() { return health_->latencies(); }
  [[nodiscard]] const config::Config& config() const { return *config_; }
  [[nodiscard]] const Executor& executor() const { return wiring_.executor(); }
  // From 0 to 1.
  [[nodiscard]] double random() { return std::uniform_real_distribution<>(0, 1)(random_); }

 private:
  std::shared_ptr<const config::Config> config_;
  std::shared_ptr<HealthTable> health_;
  Wiring wiring_;
  std::minstd_rand random_{std::random_device{}()};
  std::map<std::string, std::unique_ptr<ConnectionPool>> pools_;
};

}  // namespace signalbox::upstream
