// SPDX-License-Identifier: Apache-2.0
// What the limits of a client key have left. Accounts are kept by the name of their key, beside the configuration, so that a new
// configuration finds what was used before. Thread-safe; all time is an argument.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "admit/day_spend.h"
#include "admit/rolling_minute.h"
#include "base/error.h"
#include "config/config.h"

namespace signalbox::admit {

struct KeyLimits {
  std::optional<std::int64_t> rpm, tpm;
  std::optional<double> usd_per_day;
  [[nodiscard]] bool any() const { return rpm || tpm || usd_per_day; }
  [[nodiscard]] static KeyLimits of(const config::ClientKey& key);
};

// What is left of a limit after a request was let in, as x-ratelimit-* headers tell it.
struct LimitState {
  std::int64_t limit = 0, remaining = 0;
  Duration reset{};  // until all of it is there again
};

// What a request that was let in may use, until it is known what it used.
struct Holding {
  std::int64_t tokens = 0;
  double usd = 0;
  std::int64_t day = 0;
  RollingMinute::Step step = 0;
  bool open = false;
  std::optional<LimitState> requests_left, tokens_left;
};

// Of which days it is known what was spent on them before this start: only on those does a budget hold. Thread-safe.
class DaysRecalled {
 public:
  enum class State { Unread, Known, Lost };
  [[nodiscard]] State of(std::int64_t day) const;
  void set(std::int64_t day, State state);

 private:
  mutable std::mutex mutex_;
  std::map<std::int64_t, State> days_;
};

class KeyAccount {
 public:
  // Without `days` nothing was spent before.
  explicit KeyAccount(std::string name, std::shared_ptr<const DaysRecalled> days = nullptr) : name_(std::move(name)), days_(std::move(days)) {}

  // One request more. RateLimited with the time until the next.
  [[nodiscard]] Result<void> enter(const KeyLimits& limits, SteadyTime now, Holding& holding);
  struct Wish {
    std::int64_t tokens = 0;  // that it is thought to use
    bool open_ended = false;  // it does not say how many it may answer with, which are not among `tokens` then
    double usd = 0;           // that it may cost, where nobody knows what requests of this key cost
    std::string unkept = {};  // why a spend could not be kept now; empty = it can
  };
  // Sets aside what it may use. RateLimited: the tokens of this minute, or all that is left of the day's dollars is in use;
  // InsufficientQuota: the day's dollars are spent, or nobody can tell.
  [[nodiscard]] Result<void> hold(const KeyLimits& limits, const Wish& wish, SteadyTime now, WallMicros wall, Holding& holding);
  // What it did use, in the place of what was set aside. nullopt: its cost is not known.
  void settle(const KeyLimits& limits, std::int64_t tokens, std::optional<double> usd, SteadyTime now, Holding& holding);

  // Whether requests of this key have cost something lately, so that Wish::usd does not matter.
  [[nodiscard]] bool knowsCost(WallMicros wall);

  void restore(std::int64_t day, const Spend& spend);
  [[nodiscard]] Spend spent(std::int64_t day);

 private:
  [[nodiscard]] Result<void> holdTokens(const KeyLimits& limits, const Wish& wish, SteadyTime now, Holding& holding);
  [[nodiscard]] Result<void> holdMoney(const KeyLimits& limits, const Wish& wish, WallMicros wall, Holding& holding);

  const std::string name_;
  const std::shared_ptr<const DaysRecalled> days_;
  std::mutex mutex_;
  RollingMinute requests_, tokens_;
  DaySpend spend_;
  double usual_tokens_ = 0;  // of a request that used any, the newest counting most; 0: not known
  double held_usd_ = 0;
  std::int64_t held_ = 0;
};

// Keys with a budget are refused on a day until it is restored or forgotten.
class KeyBook {
 public:
  [[nodiscard]] std::shared_ptr<KeyAccount> account(const std::string& name);
  // What the store says was spent on a day before this start.
  void restore(std::int64_t day, const std::map<std::string, Spend>& by_key);
  // Nobody can tell what was spent on that day.
  void forget(std::int64_t day) { days_->set(day, DaysRecalled::State::Lost); }
  // Whether one of the two has been done.
  [[nodiscard]] bool recalled(std::int64_t day) const { return days_->of(day) != DaysRecalled::State::Unread; }

 private:
  const std::shared_ptr<DaysRecalled> days_ = std::make_shared<DaysRecalled>();
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<KeyAccount>> accounts_;
};

}  // namespace signalbox::admit
