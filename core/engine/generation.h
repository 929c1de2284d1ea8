// SPDX-License-Identifier: Apache-2.0
// One configuration in force, with what was built from it. Immutable; a request holds the one it began with to its end, and what
// the router has learnt (health, hours of GPUs) goes over to the next by name. Thread-safe.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>

#include "base/snapshot.h"
#include "config/config.h"
#include "engine/pricing.h"
#include "upstream/client.h"

namespace signalbox::engine {

struct Generation {
  std::uint64_t number = 1;
  std::shared_ptr<const config::Config> config;
  std::shared_ptr<Pricing> pricing;
  std::shared_ptr<upstream::HealthTable> health;
};

class Generations {
 public:
  explicit Generations(std::shared_ptr<const config::Config> first) {
    auto pricing = std::make_shared<Pricing>(*first);
    auto health = std::make_shared<upstream::HealthTable>(*first);
    current_.set(std::make_shared<const Generation>(Generation{1, std::move(first), std::move(pricing), std::move(health)}));
  }

  [[nodiscard]] std::shared_ptr<const Generation> current() const { return current_.get(); }
  // Of the current one; for whoever asks with every request.
  [[nodiscard]] std::uint64_t number() const { return number_.load(std::memory_order_acquire); }

  // The one that would follow; nothing of the current one is touched. One caller at a time.
  [[nodiscard]] std::shared_ptr<const Generation> next(std::shared_ptr<const config::Config> config) const {
    const auto before = current();
    auto pricing = std::make_shared<Pricing>(*config, *before->pricing);
    // Equal upstreams in equal tiers are one and the same to whatever is known of them.
    const bool same = config->topology == before->config->topology;
    auto health = same ? before->health : std::make_shared<upstream::HealthTable>(*config, *before->health);
    return std::make_shared<const Generation>(Generation{before->number + 1, std::move(config), std::move(pricing), std::move(health)});
  }
  void set(const std::shared_ptr<const Generation>& next) {
    next->health->limit(*next->config);
    current_.set(next);
    number_.store(next->number, std::memory_order_release);
  }

 private:
  Snapshot<Generation> current_;
  std::atomic<std::uint64_t> number_{1};
};

}  // namespace signalbox::engine
