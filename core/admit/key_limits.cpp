// SPDX-License-Identifier: Apache-2.0
#include "admit/key_limits.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"

namespace signalbox::admit {
namespace {

constexpr double kWhileInUse = 1;  // seconds until a budget that is only in use is looked at again
constexpr std::int64_t kFirstAnswer = 1000;  // tokens that an answer is thought to have where nothing is known
constexpr double kNewestCounts = 0.1;

double seconds(Duration duration) { return std::max(0.001, std::chrono::duration<double>(duration).count()); }

std::unexpected<Error> refuse(ErrorCode code, std::string message, double retry_after_s) {
  return std::unexpected(Error{code, std::move(message), {}, {}, 0, retry_after_s});
}

std::string inSeconds(Duration duration) { return std::to_string(static_cast<std::int64_t>(std::ceil(seconds(duration)))) + " s"; }

LimitState stateOf(RollingMinute& used, std::int64_t limit, SteadyTime now) {
  return {limit, std::max<std::int64_t>(0, limit - used.sum(now)), used.untilRoom(now, limit, limit)};
}

}  // namespace

KeyLimits KeyLimits::of(const config::ClientKey& key) {
  KeyLimits limits;
  if (key.rpm) limits.rpm = *key.rpm;
  limits.tpm = key.tpm;
  limits.usd_per_day = key.usd_per_day;
  return limits;
}

Result<void> KeyAccount::enter(const KeyLimits& limits, SteadyTime now, Holding& holding) {
  if (!limits.rpm) return {};
  const std::lock_guard lock(mutex_);
  const Duration wait = requests_.untilRoom(now, 1, *limits.rpm);
  if (wait > Duration{}) {
    return refuse(ErrorCode::RateLimited, "the key \"" + name_ + "\" may send " + std::to_string(*limits.rpm) +
                                              " requests a minute; the next one in " + inSeconds(wait), seconds(wait));
  }
  requests_.add(now, 1);
  holding.requests_left = stateOf(requests_, *limits.rpm, now);
  return {};
}

Result<void> KeyAccount::hold(const KeyLimits& limits, const Wish& wish, SteadyTime now, WallMicros wall, Holding& holding) {
  const std::lock_guard lock(mutex_);
  if (auto money = holdMoney(limits, wish, wall, holding); !money) return money;
  if (auto tokens = holdTokens(limits, wish, now, holding); !tokens) {
    held_usd_ -= std::exchange(holding.usd, 0);
    --held_;
    return tokens;
  }
  holding.open = true;
  return {};
}

Result<void> KeyAccount::holdTokens(const KeyLimits& limits, const Wish& wish, SteadyTime now, Holding& holding) {
  if (!limits.tpm) return {};
  std::int64_t tokens = wish.tokens;
  const std::string may = "the key \"" + name_ + "\" may use " + std::to_string(*limits.tpm) + " tokens a minute";
  if (tokens > *limits.tpm) {
    return refuse(ErrorCode::RateLimited, may + "; this request alone may use " + std::to_string(tokens) +
                                              ": shorten it or lower max_tokens, waiting does not help", 0);
  }
  if (wish.open_ended) {
    const std::int64_t usual = usual_tokens_ > 0 ? std::llround(usual_tokens_) : tokens + kFirstAnswer;
    tokens = std::min(std::max(tokens, usual), *limits.tpm);
  }
  const Duration wait = tokens_.untilRoom(now, tokens, *limits.tpm);
  if (wait > Duration{}) {
    return refuse(ErrorCode::RateLimited, may + " and this request may use " + std::to_string(tokens) + "; there is room for it in " +
                                              inSeconds(wait), seconds(wait));
  }
  holding.tokens = tokens;
  holding.step = tokens_.add(now, tokens);
  holding.tokens_left = stateOf(tokens_, *limits.tpm, now);
  return {};
}

Result<void> KeyAccount::holdMoney(const KeyLimits& limits, const Wish& wish, WallMicros wall, Holding& holding) {
  holding.day = utcDay(wall);
  Spend& today = spend_.of(holding.day);
  if (limits.usd_per_day) {
    const std::string may = "the key \"" + name_ + "\" may spend " + shortest(*limits.usd_per_day) + " USD a day (UTC)";
    if (!wish.unkept.empty()) {
      return refuse(ErrorCode::InsufficientQuota, may + ", and what it spends cannot be kept now: " + wish.unkept, kWhileInUse);
    }
    const auto recalled = days_ ? days_->of(holding.day) : DaysRecalled::State::Known;
    if (recalled == DaysRecalled::State::Unread) {
      return refuse(ErrorCode::InsufficientQuota, may + ", and what it spent today is still being read from the store", kWhileInUse);
    }
    if (recalled == DaysRecalled::State::Lost) {
      return refuse(ErrorCode::InsufficientQuota, may + ", and what it spent today is not known because the store was replaced or could "
                                                        "not be read; see the router's log", secondsLeftOfDay(wall));
    }
    if (today.total() >= *limits.usd_per_day) {
      return refuse(ErrorCode::InsufficientQuota, may + " and has spent it; the next day begins in " +
                                                      std::to_string(static_cast<std::int64_t>(std::ceil(secondsLeftOfDay(wall)))) + " s",
                    secondsLeftOfDay(wall));
    }
    // One at a time may always spend the rest; several only as far as it is likely to last for all of them.
    if (held_ > 0 && today.total() + held_usd_ >= *limits.usd_per_day) {
      return refuse(ErrorCode::RateLimited, may + ", and its requests that are being answered may use up the rest; try again when one of "
                                                  "them has ended", kWhileInUse);
    }
    holding.usd = spend_.mean(holding.day).value_or(wish.usd);
  }
  held_usd_ += holding.usd;
  ++held_;
  return {};
}

void KeyAccount::settle(const KeyLimits& limits, std::int64_t tokens, std::optional<double> usd, SteadyTime now, Holding& holding) {
  if (!std::exchange(holding.open, false)) return;
  const std::lock_guard lock(mutex_);
  if (limits.tpm) {
    tokens_.takeBack(now, holding.step, holding.tokens);
    tokens_.add(now, tokens);
    if (tokens > 0) usual_tokens_ = usual_tokens_ > 0 ? usual_tokens_ + kNewestCounts * (static_cast<double>(tokens) - usual_tokens_) : static_cast<double>(tokens);
  }
  held_usd_ = --held_ == 0 ? 0 : held_usd_ - holding.usd;
  spend_.of(holding.day).add(usd);
}

void KeyAccount::restore(std::int64_t day, const Spend& spend) {
  const std::lock_guard lock(mutex_);
  Spend& kept = spend_.of(day);
  kept.usd += spend.usd;
  kept.known += spend.known;
  kept.unknown += spend.unknown;
}

bool KeyAccount::knowsCost(WallMicros wall) {
  const std::lock_guard lock(mutex_);
  return spend_.mean(utcDay(wall)).has_value();
}

Spend KeyAccount::spent(std::int64_t day) {
  const std::lock_guard lock(mutex_);
  return spend_.of(day);
}

std::shared_ptr<KeyAccount> KeyBook::account(const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto& account = accounts_[name];
  if (!account) account = std::make_shared<KeyAccount>(name, days_);
  return account;
}

void KeyBook::restore(std::int64_t day, const std::map<std::string, Spend>& by_key) {
  for (const auto& [name, spend] : by_key) account(name)->restore(day, spend);
  days_->set(day, DaysRecalled::State::Known);
}

DaysRecalled::State DaysRecalled::of(std::int64_t day) const {
  const std::lock_guard lock(mutex_);
  const auto at = days_.find(day);
  return at == days_.end() ? State::Unread : at->second;
}

void DaysRecalled::set(std::int64_t day, State state) {
  const std::lock_guard lock(mutex_);
  days_[day] = state;
}

}  // namespace signalbox::admit
