// SPDX-License-Identifier: Apache-2.0
// How long tiers took lately until there was something to judge: failures within the tier included. Streams, answers that are short by
// nature and all others apart, as their times have nothing in common. One for all workers. Thread-safe.
#pragma once
#include <array>
#include <memory>
#include <vector>

#include "base/rolling_latency.h"
#include "domain/tier.h"
#include "domain/tier_state.h"

namespace signalbox::upstream {

class TierLatencies {
 public:
  enum class Kind : std::uint8_t { Stream, Short, Whole };
  explicit TierLatencies(std::size_t tiers) : tiers_(tiers) {
    for (auto& tier : tiers_) tier = std::make_shared<OfTier>();
  }
  // Before anybody else knows of these: from now on both tables are one as to this tier.
  void carry(domain::TierIndex tier, const TierLatencies& before) { tiers_[domain::index(tier)] = before.tiers_[domain::index(tier)]; }
  void add(domain::TierIndex tier, Kind kind, SteadyTime now, Duration took) { of(tier, kind).add(now, took); }
  [[nodiscard]] domain::TierStates states(Kind kind, SteadyTime now) const {
    domain::TierStates all;
    all.reserve(tiers_.size());
    for (const auto& tier : tiers_) {
      const auto p95 = (*tier)[static_cast<std::size_t>(kind)].quantile(now, 0.95);
      all.push_back({p95.ms, p95.n});
    }
    return all;
  }

 private:
  RollingLatency& of(domain::TierIndex tier, Kind kind) { return (*tiers_[domain::index(tier)])[static_cast<std::size_t>(kind)]; }
  using OfTier = std::array<RollingLatency, 3>;
  std::vector<std::shared_ptr<OfTier>> tiers_;
};

}  // namespace signalbox::upstream
