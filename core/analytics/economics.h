// SPDX-License-Identifier: Apache-2.0
// What each deployment cost and why, out of logged decisions; and for upstreams that are paid by the hour, how much of the hour was
// used and from which volume on they are cheaper than an API. Pure; unknown is nullopt and never zero.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "domain/decision.h"
#include "domain/price.h"

namespace signalbox::analytics {

struct DeploymentCost {
  std::string tier, upstream, model;
  // Attempts by what became of them: their answer was served, or refused by gate or validators, or there was none, or nobody asked.
  struct Part {
    std::int64_t attempts = 0, cost_known = 0;
    double sum = 0;  // of the known costs
    // What they cost as far as it is known; nullopt: it is of none of them.
    [[nodiscard]] std::optional<double> usd() const { return attempts > 0 && cost_known == 0 ? std::nullopt : std::optional(sum); }
  };
  Part served, refused, failed, own;
  std::int64_t input_tokens = 0, output_tokens = 0, counted = 0;  // of attempts whose tokens are known
  [[nodiscard]] Part all() const {
    Part sum;
    for (const Part* part : {&served, &refused, &failed, &own}) {
      sum.attempts += part->attempts;
      sum.cost_known += part->cost_known;
      sum.sum += part->sum;
    }
    return sum;
  }
};

// An upstream that is paid by the hour.
struct HourlyTerms {
  std::string upstream;
  double usd_per_hour = 0;  // all replicas together
  std::optional<domain::Price> api;  // of what its work would be bought for otherwise
};

struct HourlyReport {
  std::string upstream;
  double hours = 0, usd_per_hour = 0, usd = 0;
  std::int64_t attempts = 0, decisions = 0;  // served ones
  std::optional<double> utilisation;         // share of the time with a request open
  std::optional<double> idle_usd;
  std::optional<double> warm_share;          // of the time that requests were open: those that nobody asked for (keep-warm, judges)
  std::optional<double> usd_per_decision, api_usd_per_decision;
  std::int64_t api_n = 0;                    // attempts whose tokens are known, which the price of the API stands on
  std::optional<double> break_even_per_hour; // decisions
  std::optional<double> now_per_hour;
};

class Economics {
 public:
  void add(const domain::Decision& decision);
  // Of no decision: what keeps a model warm.
  void addProbe(const domain::Attempt& probe) { add(probe, false); }
  [[nodiscard]] std::int64_t decisions() const { return decisions_; }
  // From the first attempt to the end of the last; nullopt: there was none.
  [[nodiscard]] std::optional<std::pair<WallMicros, WallMicros>> span() const;
  [[nodiscard]] std::vector<DeploymentCost> rows() const;
  [[nodiscard]] HourlyReport hourly(const HourlyTerms& terms, WallMicros since, WallMicros until) const;

 private:
  struct Open {
    WallMicros begin, end;
    bool own;
  };
  struct Work {
    std::vector<Open> open;
    std::int64_t decisions = 0;
    std::int64_t asked = 0, input_tokens = 0, output_tokens = 0, counted = 0;  // of attempts that somebody asked for
  };
  void add(const domain::Attempt& attempt, bool served);
  std::map<std::tuple<std::string, std::string, std::string>, DeploymentCost> rows_;
  std::map<std::string, Work> work_;  // by upstream
  std::int64_t decisions_ = 0;
};

}  // namespace signalbox::analytics
