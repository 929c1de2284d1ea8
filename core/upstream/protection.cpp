// SPDX-License-Identifier: Apache-2.0
#include "upstream/protection.h"

#include <algorithm>

#include "base/log.h"
#include "base/sha256.h"

namespace signalbox::upstream {
namespace {

using Pass = Breaker::Pass;
using State = Breaker::State;

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

// What an outcome says of the deployment that gave it.
enum class Says : std::uint8_t { Good, Alive, Limited, Refused, Bad, Nothing };

Says meaningOf(const Result<void>& result) {
  if (result) return Says::Good;
  switch (result.error().code) {
    case ErrorCode::UpstreamConnect:
    case ErrorCode::UpstreamDns:
    case ErrorCode::UpstreamTls:
    case ErrorCode::UpstreamTimeout:
    case ErrorCode::UpstreamError:
    case ErrorCode::UpstreamMalformed:
    case ErrorCode::UpstreamTruncated: return Says::Bad;
    case ErrorCode::UpstreamRateLimited: return Says::Limited;
    case ErrorCode::UpstreamAuth: return Says::Refused;
    case ErrorCode::UpstreamRejected: return Says::Alive;  // the client's own mistake, properly answered
    default: return Says::Nothing;
  }
}

}  // namespace

Pass Credential::admit(SteadyTime now) {
  if (!disabled()) return Pass::Normal;
  const std::lock_guard lock(mutex_);
  return trials_.admit(now, false);
}

void Credential::accepted(Pass pass, SteadyTime) {
  if (pass != Pass::Trial) return;
  const std::lock_guard lock(mutex_);
  trials_ = Breaker();
  disabled_.store(false, std::memory_order_relaxed);
}

void Credential::refused(Pass pass, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (!disabled()) trials_.open(now);
  else trials_.failed(pass, now, Breaker::Failure::Plain);
  disabled_.store(true, std::memory_order_relaxed);
}

void Credential::left(Pass pass, SteadyTime now) {
  if (pass != Pass::Trial) return;
  const std::lock_guard lock(mutex_);
  trials_.left(pass, now);
}

Duration Credential::wait(SteadyTime now) const {
  const std::lock_guard lock(mutex_);
  return trials_.wait(now, false);
}

Permit::~Permit() {
  if (guard_ != nullptr) guard_->left(pass_, credential_, answered_, steadyNow());
}

void Permit::answered(SteadyTime now) {
  if (guard_ == nullptr || answered_) return;
  answered_ = true;
  guard_->answered(pass_, credential_, now);
}

void Permit::ended(const Result<void>& result, SteadyTime now) {
  if (Guard* const guard = std::exchange(guard_, nullptr)) guard->ended(pass_, credential_, result, now);
}

void Permit::swap(Permit& other) noexcept {
  std::swap(guard_, other.guard_);
  std::swap(pass_, other.pass_);
  std::swap(credential_, other.credential_);
  std::swap(answered_, other.answered_);
}

std::expected<Permit, Closed> Guard::admit(SteadyTime now, bool nobody_else) {
  if (const Duration wait = cooldown_.left(now); wait > Duration{}) return std::unexpected(Closed{Closed::Why::Limited, wait});
  Pass pass = Pass::Normal;
  if (state() != State::Closed) {
    const std::lock_guard lock(mutex_);
    pass = breaker_.admit(now, nobody_else);
    mirror();
    if (pass == Pass::No) return std::unexpected(Closed{Closed::Why::Open, breaker_.wait(now, nobody_else)});
  }
  const Pass credential = credential_.admit(now);
  if (credential != Pass::No) return Permit(*this, pass, credential);
  if (pass == Pass::Trial) left(pass, Pass::Normal, false, now);
  return std::unexpected(Closed{Closed::Why::Disabled, credential_.wait(now)});
}

bool Guard::usable(SteadyTime now) const {
  const State known = state();
  return (known == State::Closed || known == State::Recovering) && !credential_.disabled() && cooldown_.left(now) == Duration{};
}

void Guard::answered(Pass pass, Pass credential, SteadyTime now) {
  credential_.accepted(credential, now);
  cooldown_.answered();
  if (pass != Pass::Trial) return;
  const std::lock_guard lock(mutex_);
  breaker_.answered(pass, now);
  mirror();
  log::info("{} answers again and is asked as before", name_);
}

void Guard::ended(Pass pass, Pass credential, const Result<void>& result, SteadyTime now) {
  switch (meaningOf(result)) {
    case Says::Good:
    case Says::Alive: {
      credential_.accepted(credential, now);
      cooldown_.answered();
      const std::lock_guard lock(mutex_);
      if (result) breaker_.succeeded(pass, now);
      else breaker_.answered(pass, now);
      mirror();
      return;
    }
    case Says::Limited: {
      credential_.accepted(credential, now);
      const Duration wait = cooldown_.limited(now, result.error().retry_after_s);
      log::info("{} is limited by its provider and is left alone for {:.0f} s", name_, seconds(wait));
      const std::lock_guard lock(mutex_);
      breaker_.answered(pass, now);  // a limit is a sign of life
      mirror();
      return;
    }
    case Says::Refused: {
      if (!credential_.disabled()) {
        log::error("{} refuses the router's credential, which is not used any more but for one request after 30 s and ever longer; "
                   "give the upstream another key", name_);
      }
      credential_.refused(credential, now);
      const std::lock_guard lock(mutex_);
      breaker_.answered(pass, now);
      mirror();
      return;
    }
    case Says::Bad:
      credential_.left(credential, now);
      return failed(pass, now, result.error().code == ErrorCode::UpstreamTruncated ? Breaker::Failure::Truncated : Breaker::Failure::Plain);
    case Says::Nothing: return left(pass, credential, false, now);
  }
}

// A stream that answered and was then left, by its client or by a gate, did well as far as anybody looked.
void Guard::left(Pass pass, Pass credential, bool answered, SteadyTime now) {
  credential_.left(credential, now);
  const std::lock_guard lock(mutex_);
  if (answered) breaker_.succeeded(pass, now);
  else breaker_.left(pass, now);
  mirror();
}

void Guard::failed(Pass pass, SteadyTime now, Breaker::Failure kind) {
  {
    const std::lock_guard lock(mutex_);
    breaker_.failed(pass, now, kind);
    mirror();
    if (!breaker_.due(now, false)) return;
  }
  const std::lock_guard one_at_a_time(*opening_);
  const bool last = isLast(now);
  const std::lock_guard lock(mutex_);
  if (!breaker_.due(now, last)) return;
  breaker_.open(now);
  mirror();
  log::warn("{} fails and is left alone; {}", name_,
            last ? "nobody else is left in its tier, which is refused with 503 but for one request a second" : "its tier goes on with the others");
}

bool Guard::isLast(SteadyTime now) const {
  if (others_.empty()) return true;
  return std::any_of(others_.begin(), others_.end(), [&](const auto& tier) {
    return std::none_of(tier.begin(), tier.end(), [&](const Guard* other) { return other->usable(now); });
  });
}

Protection::Protection(const config::Config& config) {
  for (const auto& upstream : config.upstreams) {
    const std::string credential = upstream.base_url + " " + sha256Hex(upstream.key.reveal());
    auto& key = credentials_[credential];
    if (!key) key = std::make_unique<Credential>();
    auto& budget = budgets_[upstream.name] = std::make_unique<RetryBudget>();
    for (const auto& model : upstream.models) {
      auto& cooldown = cooldowns_[credential + " " + model.id];
      if (!cooldown) cooldown = std::make_unique<Cooldown>();
      const auto& name = *names_.emplace_back(std::make_unique<domain::Deployment>(domain::Deployment{upstream.name, model.id}));
      auto guard = std::make_unique<Guard>(upstream.name + "/" + model.id, *cooldown, *key, *budget);
      guard->opening_ = &opening_;
      guards_.emplace(Name(name.upstream, name.model), std::move(guard));
    }
  }
  for (const auto& tier : config.tiers) {
    for (const auto& deployment : tier.deployments) {
      std::vector<const Guard*> others;
      for (const auto& other : tier.deployments) {
        if (other != deployment) others.push_back(&of(other));
      }
      of(deployment).others_.push_back(std::move(others));
    }
  }
}

Guard& Protection::of(const domain::Deployment& deployment) { return *guards_.at(Name(deployment.upstream, deployment.model)); }

}  // namespace signalbox::upstream
