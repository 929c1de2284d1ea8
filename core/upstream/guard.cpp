// SPDX-License-Identifier: Apache-2.0
#include "upstream/guard.h"

#include <algorithm>

#include "base/log.h"

namespace signalbox::upstream {
namespace {

using Pass = Breaker::Pass;
using State = Breaker::State;

std::string nameOf(State state) {
  switch (state) {
    case State::Closed: return "closed";
    case State::Recovering: return "recovering";
    case State::HalfOpen: return "half-open";
    case State::Open: return "open";
  }
  return {};
}

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

// What an outcome says of the deployment that gave it.
enum class Says : std::uint8_t { Good, Alive, Limited, Refused, Bad, Nothing };

// A status that is about the request (405, 409, 415, 451 …), whoever made it so. 408 and 425 are about time.
bool saysNoToThisOne(int status) { return status >= 400 && status < 500 && status != 408 && status != 425; }

Says meaningOf(const Result<void>& result) {
  if (result) return Says::Good;
  switch (result.error().code) {
    case ErrorCode::UpstreamConnect:
    case ErrorCode::UpstreamDns:
    case ErrorCode::UpstreamTls:
    case ErrorCode::UpstreamTimeout:
    case ErrorCode::UpstreamMalformed:
    case ErrorCode::UpstreamTruncated: return Says::Bad;
    case ErrorCode::UpstreamError: return saysNoToThisOne(result.error().status) ? Says::Alive : Says::Bad;
    case ErrorCode::UpstreamRateLimited: return Says::Limited;
    case ErrorCode::UpstreamAuth: return Says::Refused;
    case ErrorCode::UpstreamRejected: return Says::Alive;  // the client's own mistake, properly answered
    default: return Says::Nothing;
  }
}

}  // namespace

Permit::~Permit() {
  if (guard_ != nullptr) guard_->left(pass_, credential_, answered_, steadyNow());
}

void Permit::answered(SteadyTime now) {
  if (guard_ == nullptr || answered_) return;
  answered_ = true;
  guard_->answered(pass_, credential_, now);
  if (measured_) guard_->measured(now - asked_.at, asked_.after_idle, now);
}

void Permit::ended(const Result<void>& result, SteadyTime now) {
  if (Guard* const guard = std::exchange(guard_, nullptr)) guard->ended(pass_, credential_, answered_, result, now);
}

void Permit::swap(Permit& other) noexcept {
  std::swap(guard_, other.guard_);
  std::swap(pass_, other.pass_);
  std::swap(credential_, other.credential_);
  std::swap(asked_, other.asked_);
  std::swap(measured_, other.measured_);
  std::swap(answered_, other.answered_);
}

Guard::Guard(std::string name, Cooldown& cooldown, KeyForModel credential, ShareBudget& budget, const std::optional<domain::KeepWarm>& warm, const Guard* before)
    : name_(std::move(name)),
      cooldown_(cooldown),
      credential_(credential),
      budget_(budget),
      keep_warm_(warm),
      learnt_(before ? before->learnt_ : std::make_shared<Learnt>()),
      warmth_(before && before->keep_warm_ == warm ? before->warmth_ : std::make_shared<Warmth>(warm)) {}

std::expected<Permit, Closed> Guard::admit(SteadyTime now, bool nobody_else) {
  if (const Duration wait = cooldown_.left(now); wait > Duration{}) return std::unexpected(Closed{Closed::Why::Limited, wait});
  Pass pass = Pass::Normal;
  if (state() != State::Closed) {
    const std::lock_guard lock(learnt_->mutex);
    pass = learnt_->breaker.admit(now, nobody_else);
    mirror();
    if (pass == Pass::No) return std::unexpected(Closed{Closed::Why::Open, learnt_->breaker.wait(now, nobody_else)});
  }
  const Entry credential = credential_.admit(now);
  if (credential.open()) return Permit(*this, pass, credential, {now, warmth_->asked(now)});
  if (pass == Pass::Trial) left(pass, {}, false, now);
  return std::unexpected(Closed{Closed::Why::Disabled, credential_.wait(now)});
}

bool Guard::usable(SteadyTime now) const {
  const State known = state();
  return (known == State::Closed || known == State::Recovering) && !credential_.disabled() && cooldown_.left(now) == Duration{};
}

void Guard::answered(Pass pass, Entry credential, SteadyTime now) {
  credential_.accepted(credential);
  cooldown_.answered();
  if (!learnt_->has_answered.load(std::memory_order_relaxed)) learnt_->has_answered.store(true, std::memory_order_relaxed);
  if (pass != Pass::Trial) return;
  {
    const std::lock_guard lock(learnt_->mutex);
    learnt_->breaker.answered(pass, now);
    mirror();
  }
  if (learnt_->told.mayTell(now)) log::info("{} answers again and is asked as before", name_);
}

void Guard::measured(Duration took, bool after_idle, SteadyTime now) {
  learnt_->first.add(now, took);
  if (warmth_->answered(took, after_idle)) {
    log::warn("{} was cold: its first answer for a while took {:.1f} s, more than {:.1f} s", name_, seconds(took), seconds(warmth_->expected()));
  }
}

void Guard::ended(Pass pass, Entry credential, bool answered, const Result<void>& result, SteadyTime now) {
  switch (meaningOf(result)) {
    case Says::Good:
    case Says::Alive: {
      credential_.accepted(credential);
      cooldown_.answered();
      const std::lock_guard lock(learnt_->mutex);
      if (result) learnt_->breaker.succeeded(pass, now);
      else learnt_->breaker.answered(pass, now);
      mirror();
      return;
    }
    case Says::Limited: {
      credential_.accepted(credential);
      const Duration wait = cooldown_.limited(now, result.error().retry_after_s);
      if (learnt_->told.mayTell(now)) log::info("{} is limited by its provider and is left alone for {:.0f} s", name_, seconds(wait));
      const std::lock_guard lock(learnt_->mutex);
      learnt_->breaker.answered(pass, now);  // a limit is a sign of life
      mirror();
      return;
    }
    case Says::Refused: {
      if (credential_.refused(credential, result.error().status, now)) {
        log::error("{} refuses the router's credential ({}), which is not used {} any more but for one request after 30 s and ever longer; "
                   "give the upstream another key", name_, result.error().status, result.error().status == 403 ? "for it" : "there");
      }
      const std::lock_guard lock(learnt_->mutex);
      learnt_->breaker.answered(pass, now);
      mirror();
      return;
    }
    case Says::Bad:
      credential_.left(credential, now);
      return failed(pass, now, result.error().code == ErrorCode::UpstreamTruncated ? Breaker::Failure::Truncated : Breaker::Failure::Plain);
    case Says::Nothing: return left(pass, credential, answered, now);
  }
}

// A stream that answered and was then left, by its client or by a gate, did well as far as anybody looked.
void Guard::left(Pass pass, Entry credential, bool answered, SteadyTime now) {
  credential_.left(credential, now);
  const std::lock_guard lock(learnt_->mutex);
  if (answered) learnt_->breaker.succeeded(pass, now);
  else learnt_->breaker.left(pass, now);
  mirror();
}

void Guard::failed(Pass pass, SteadyTime now, Breaker::Failure kind) {
  {
    const std::lock_guard lock(learnt_->mutex);
    learnt_->breaker.failed(pass, now, kind);
    mirror();
    if (!learnt_->breaker.due(now, false)) return;
  }
  const std::lock_guard one_at_a_time(*opening_);
  const bool last = isLast(now);
  const std::lock_guard lock(learnt_->mutex);
  if (!learnt_->breaker.due(now, last)) return;
  learnt_->breaker.open(now);
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

domain::DeploymentStatus Guard::status(SteadyTime now) const {
  domain::DeploymentStatus status;
  const auto first = learnt_->first.quantile(now, 0.5);
  status.ttft_p50_ms = first.ms;
  status.ttft_n = first.n;
  const Duration cooling = cooldown_.left(now);
  Duration wait = cooling;
  const std::lock_guard lock(learnt_->mutex);
  const State state = learnt_->breaker.state();
  status.breaker = nameOf(state);
  if (credential_.disabled()) {
    status.health = "disabled";
    wait = std::max(wait, credential_.wait(now));
  } else if (state == State::Open || state == State::HalfOpen) {
    status.health = nameOf(state);
  } else if (cooling > Duration{}) {
    status.health = "limited";
  } else if (warmth_->cold()) {
    status.health = "cold";
  } else if (state == State::Recovering || learnt_->breaker.failing()) {
    status.health = "degraded";
  } else {
    status.health = learnt_->has_answered.load(std::memory_order_relaxed) ? "ok" : "unknown";
  }
  wait = std::max(wait, learnt_->breaker.wait(now, isLast(now)));
  if (wait > Duration{}) status.wait_s = seconds(wait);
  return status;
}

}  // namespace signalbox::upstream
