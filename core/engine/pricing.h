// SPDX-License-Identifier: Apache-2.0
// What an attempt cost. Token prices from the configuration or the built-in table; GPU-hour upstreams amortised over what they
// served in the last hour: price × replicas × min(1 h, time since start) × own tokens ÷ tokens of that window, own included.
// Thread-safe; unknown is nullopt, never zero.
#pragma once
#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "config/config.h"
#include "domain/price.h"

namespace signalbox::engine {

// Tokens served by one upstream within the last hour, in minutes.
class RollingTokens {
 public:
  void add(SteadyTime now, std::int64_t tokens);
  [[nodiscard]] std::int64_t withinHour(SteadyTime now) const;

 private:
  struct Minute {
    std::int64_t at = -1;
    std::int64_t tokens = 0;
  };
  std::array<Minute, 60> minutes_{};
};

class Pricing {
 public:
  explicit Pricing(const config::Config& config, SteadyTime started = steadyNow());
  // Of another configuration: upstreams of the same name go on with the hour that they have had.
  Pricing(const config::Config& config, const Pricing& before, SteadyTime now = steadyNow());
  // Counts the tokens towards the upstream's hour and prices them.
  [[nodiscard]] std::optional<double> charge(const domain::Deployment& deployment, const domain::Usage& usage, SteadyTime now = steadyNow());
  // Whether what is asked of it will have a known cost.
  [[nodiscard]] bool knows(const domain::Deployment& deployment) const { return gpus_.contains(deployment.upstream) || price(deployment).has_value(); }
  // Of a token; nullopt when it is not known, or GPU hours are shared out over what they serve.
  [[nodiscard]] std::optional<domain::Price> price(const domain::Deployment& deployment) const;

 private:
  struct Served {
    explicit Served(SteadyTime since) : started(since) {}
    const SteadyTime started;
    std::mutex mutex;
    RollingTokens tokens;
  };
  struct Gpu {
    double usd_per_hour = 0;
    std::shared_ptr<Served> served;  // with the pricing of the configuration before and after
  };
  void read(const config::Config& config, const Pricing* before, SteadyTime now);
  std::map<std::pair<std::string, std::string>, std::optional<domain::Price>> prices_;
  std::map<std::string, Gpu> gpus_;
};

}  // namespace signalbox::engine
