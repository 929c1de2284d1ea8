// SPDX-License-Identifier: Apache-2.0
#include "upstream/simulation.h"

namespace signalbox::upstream {
namespace {

using namespace std::chrono_literals;

constexpr Duration kDrain = 5s;
const admit::Places::Limits kLimits{4, 3, 1s};

domain::Tier tierOf(std::string name, std::initializer_list<domain::Deployment> deployments) {
  domain::Tier tier;
  tier.name = std::move(name);
  tier.deployments = deployments;
  return tier;
}

config::Config world() {
  config::Config config;
  for (const char* name : {"a", "b", "c", "d"}) {
    domain::Upstream upstream;
    upstream.name = name;
    upstream.base_url = std::string("http://") + name;
    upstream.models = {{"m", {}, {}}, {"n", {}, {}}};
    config.upstreams.push_back(std::move(upstream));
  }
  config.tiers = {tierOf("low", {{"a", "m"}, {"a", "n"}}), tierOf("mid", {{"b", "m"}, {"c", "m"}, {"b", "n"}}), tierOf("high", {{"c", "n"}, {"d", "m"}})};
  return config;
}

}  // namespace

Simulation::Simulation(unsigned seed) : random_(seed), config_(world()), protection_(config_) {
  for (const auto& upstream : config_.upstreams) {
    sites_.try_emplace(upstream.name);
    sites_.at(upstream.name).places = std::make_unique<Places>(kLimits);
  }
}

void Simulation::run() {
  arrive();
  at(90s + chance() * 60s, [this] { drain(); });
  at(3s, [this] { change(); });
  while (!events_.empty() && !testing::Test::HasFailure()) {
    const Event event = events_.top();
    events_.pop();
    now_ = event.time;
    event.what();
    check();
  }
}

void Simulation::tell(const Request& request, const std::string& what) {
  story += std::to_string(now_.time_since_epoch().count()) + " " + std::to_string(request.number) + " " + what + "\n";
}

void Simulation::arrive() {
  if (draining_) return;
  const auto request = std::make_shared<Request>();
  request->number = next_request_++;
  open_.push_back(request);
  enterTier(request, 0);
  if (chance() < 0.05) at(upTo(800ms), [this, weak = std::weak_ptr(request)] {
    if (const auto one = weak.lock(); one && isOpen(*one)) end(one, left, "left");
  });
  at(upTo(60ms), [this] { arrive(); });
}

void Simulation::change() {
  for (auto& [name, site] : sites_) {
    if (chance() < 0.4) site.good = chance() < 0.5 ? 1 : chance();
  }
  if (!draining_) at(3s, [this] { change(); });
}

void Simulation::enterTier(const RequestPtr& request, std::size_t tier) {
  request->tier = tier;
  request->asked = 0;
  request->walk = std::make_unique<TierWalk>(tierAt(*request), protection_, now_ + 5s, [this, raw = request.get()](std::size_t i) { return enter(*raw, i); });
  goOn(request);
}

bool Simulation::enter(Request& request, std::size_t i) {
  Site& site = siteOf(request, i);
  if (!site.places->tryEnter()) return false;
  hold(request, site);
  return true;
}

void Simulation::hold(Request& request, Site& site) {
  EXPECT_EQ(request.place, nullptr);
  ++site.inside;
  request.place = &site;
}

void Simulation::leave(Request& request, std::optional<Duration> held) {
  Site* const site = std::exchange(request.place, nullptr);
  if (site == nullptr) return;
  --site->inside;
  site->places->leave(held);
}

void Simulation::goOn(const RequestPtr& request) {
  const auto before = request->step ? std::optional(request->step->deployment) : std::nullopt;
  request->step = request->walk->next(now_, chance());
  if (!request->step) {
    leave(*request, std::nullopt);  // which it had when the budget was found to be spent
    return noneLeft(request);
  }
  if (!request->step->first) {
    ++further;
    ++siteOf(*request, before.value()).paid;
  }
  if (request->step->wait == Duration{}) return ask(request);
  const std::size_t i = request->step->deployment;
  at(request->step->wait, [this, weak = std::weak_ptr(request), i, failed_at = before.value()] {
    const auto one = weak.lock();
    if (!one || !isOpen(*one)) return;
    if (one->walk->mayStill(*one->step, now_) && enter(*one, i)) return ask(one);
    one->walk->passedOver();
    --siteOf(*one, failed_at).paid;
    --further;
    ++passed_over;
    one->step->deployment = failed_at;
    one->step->permit = Permit();
    goOn(one);
  });
}

void Simulation::ask(const RequestPtr& request) {
  const std::size_t i = request->step->deployment;
  Deployed& deployment = deployed(*request, i);
  ++request->asked;
  EXPECT_LE(request->asked, request->tier == 0 ? 2 : 3) << "attempts of one request in a tier";
  EXPECT_GE(now_, deployment.limited_until) << "a limited deployment is left alone";
  EXPECT_FALSE(draining_ && now_ > drained_by_);
  if (request->step->first) {
    ++siteOf(*request, i).chosen;
    EXPECT_EQ(request->asked, 1);
  }
  if (request->step->permit.trial()) {
    ++trials;
    EXPECT_LE(++deployment.trials, 1) << "one trial at a time";
  }
  request->since = now_;
  tell(*request, "asks " + deploymentOf(*request, i).upstream);
  const bool good = chance() < siteOf(*request, i).good;
  const double kind = chance();
  const Duration takes = good ? chance() < 0.01 ? Duration(20s) : 20ms + upTo(300ms) : kind < 0.3 ? Duration(2s) : 5ms + upTo(100ms);
  at(takes, [this, weak = std::weak_ptr(request), asked = request->asked, tier = request->tier, good, kind] {
    const auto one = weak.lock();
    if (one && isOpen(*one) && one->asked == asked && one->tier == tier) answered(one, good, kind);
  });
}

Error Simulation::errorOf(double kind) {
  if (kind < 0.3) return failure(ErrorCode::UpstreamTimeout);
  if (kind < 0.5) return failure(ErrorCode::UpstreamError, 503, kind < 0.4 ? 0 : 1);
  if (kind < 0.7) return failure(ErrorCode::UpstreamConnect);
  if (kind < 0.8) return failure(ErrorCode::UpstreamRateLimited, 429, 7);
  if (kind < 0.9) return failure(ErrorCode::UpstreamTruncated);
  return failure(ErrorCode::UpstreamMalformed);
}

void Simulation::settle(Request& request, const std::optional<Result<void>>& result) {
  if (!request.step) return;
  if (request.place != nullptr) {
    if (request.step->permit.trial()) --deployed(request, request.step->deployment).trials;
    if (result) request.step->permit.ended(*result, now_);
    leave(request, now_ - request.since);
  }
  request.step->permit = Permit();
}

void Simulation::answered(const RequestPtr& request, bool good, double kind) {
  const std::size_t i = request->step->deployment;
  if (good) {
    settle(*request, Result<void>());
    const bool refused_by_gate = chance() < 0.2;
    if (refused_by_gate && request->tier + 1 < config_.tiers.size()) {
      request->step.reset();
      enterTier(request, request->tier + 1);
    } else {
      end(request, served, "served");
    }
  } else {
    const Error error = errorOf(kind);
    if (error.code == ErrorCode::UpstreamRateLimited) deployed(*request, i).limited_until = now_ + 7s;
    settle(*request, std::unexpected(error));
    request->walk->failed(error);
    goOn(request);
  }
  wake();
}

void Simulation::noneLeft(const RequestPtr& request) {
  const auto full = request->walk->full();
  if (request->asked == 0 && !full.empty() && !draining_) {
    request->waits_for = full.front();
    request->waiter = std::make_shared<Waiter>(this, request);
    switch (siteOf(*request, full.front()).places->enter(request->waiter)) {
      case Places::Waiter::State::Granted: return granted(request);
      case Places::Waiter::State::Shed: return end(request, shed, "shed");
      case Places::Waiter::State::Waiting: break;
    }
    ++waited;
    waiters_.push_back(request->waiter);
    at(kLimits.queue, [this, weak = std::weak_ptr(request), waiter = request->waiter] {
      const auto one = weak.lock();
      if (one && isOpen(*one) && one->waiter == waiter) end(one, shed, "shed");
    });
    return;
  }
  request->step.reset();
  if (request->tier + 1 < config_.tiers.size() && full.empty()) return enterTier(request, request->tier + 1);
  end(request, full.empty() ? failed : shed, "failed");
}

void Simulation::granted(const RequestPtr& request) {
  request->waiter.reset();
  hold(*request, siteOf(*request, request->waits_for));
  request->step = request->walk->placed(request->waits_for, now_);
  if (request->step) return ask(request);
  leave(*request, std::nullopt);
  goOn(request);
}

void Simulation::wake() {
  for (bool again = true; again;) {
    again = false;
    for (std::size_t i = 0; i < waiters_.size(); ++i) {
      if (!waiters_[i]->is_told) continue;
      const auto waiter = waiters_[i];
      waiters_.erase(waiters_.begin() + static_cast<std::ptrdiff_t>(i));
      again = true;
      const auto request = waiter->request.lock();
      if (!request || request->waiter != waiter) break;
      if (siteOf(*request, request->waits_for).places->stateOf(*waiter) == Places::Waiter::State::Granted) granted(request);
      else end(request, shed, "shed");
      break;
    }
  }
}

bool Simulation::isOpen(const Request& request) const {
  return std::ranges::any_of(open_, [&](const RequestPtr& one) { return one.get() == &request; });
}

void Simulation::end(const RequestPtr& request, int& count, const char* how) {
  ++count;
  tell(*request, how);
  if (const auto waiter = std::exchange(request->waiter, nullptr)) {
    Site& site = siteOf(*request, request->waits_for);
    if (site.places->giveUp(*waiter) == Places::Waiter::State::Granted) site.places->leave(std::nullopt);
  }
  settle(*request, std::nullopt);
  std::erase(open_, request);
  wake();
}

void Simulation::drain() {
  draining_ = true;
  drained_by_ = now_ + kDrain;
  at(kDrain, [this] {
    while (!open_.empty()) end(RequestPtr(open_.front()), cut, "cut");
    for (const auto& tier : config_.tiers) {
      for (const auto& deployment : tier.deployments) {
        Guard& guard = protection_.of(deployment);
        if (guard.state() != Breaker::State::HalfOpen) continue;
        const auto trial = guard.admit(now_, false);
        EXPECT_TRUE(trial || trial.error().why == Closed::Why::Limited) << "a trial that was cut makes way for the next";
      }
    }
  });
  at(kDrain + 400s, [this] {
    // Whoever comes next is let through everywhere.
    for (const auto& tier : config_.tiers) {
      for (const auto& deployment : tier.deployments) EXPECT_TRUE(protection_.of(deployment).admit(now_, false)) << deployment.upstream;
    }
  });
}

void Simulation::check() {
  for (auto& [name, site] : sites_) {
    ASSERT_EQ(site.places->inFlight(), site.inside) << name;
    ASSERT_LE(site.inside, kLimits.in_flight) << name;
    ASSERT_LE(site.places->pending(), kLimits.pending) << name;
    ASSERT_LE(site.paid, site.chosen / 10 + kRetryReserve) << name << ": further attempts stay within 10% + 3";
  }
  if (!draining_ || now_ < drained_by_) return;
  ASSERT_TRUE(open_.empty()) << "a drain ends at its deadline";
  for (auto& [name, site] : sites_) ASSERT_EQ(site.places->inFlight() + site.places->pending(), 0u) << name;
}

}  // namespace signalbox::upstream
