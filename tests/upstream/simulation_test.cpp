// SPDX-License-Identifier: Apache-2.0
// Breakers, cool-downs, retry budgets, places and the way through the tiers together, then a drain: requests of clients that may leave,
// at upstreams that fail in every way there is. Its clock and its chance are the test's own, so that a seed says all that happens.
#include <gtest/gtest.h>

#include <map>
#include <queue>
#include <random>

#include "admit/places.h"
#include "upstream/failure.h"
#include "upstream/tier_walk.h"

namespace signalbox::upstream {
namespace {

using namespace std::chrono_literals;
using admit::Places;

constexpr Duration kDrain = 5s;
const Places::Limits kLimits{4, 3, 1s};

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

class Simulation {
 public:
  explicit Simulation(unsigned seed) : random_(seed), protection_(config_) {
    for (const auto& upstream : config_.upstreams) {
      sites_.try_emplace(upstream.name);
      sites_.at(upstream.name).places = std::make_unique<Places>(kLimits);
    }
  }

  void run() {
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

  // What happened, as text: equal for equal seeds.
  std::string story;
  int served = 0, failed = 0, shed = 0, left = 0, cut = 0, trials = 0, further = 0, waited = 0, passed_over = 0;

 private:
  struct Event {
    SteadyTime time;
    std::uint64_t number;
    std::function<void()> what;
    bool operator<(const Event& other) const { return std::tie(other.time, other.number) < std::tie(time, number); }
  };
  struct Site {  // an upstream as it is, and what was counted at it
    std::unique_ptr<Places> places;
    double good = 1;
    std::size_t inside = 0;
    int chosen = 0, paid = 0;
  };
  struct Deployed {
    SteadyTime limited_until{};
    int trials = 0;
  };
  struct Request;
  struct Waiter final : Places::Waiter {
    Waiter(const void* where, std::weak_ptr<Request> whose) : Places::Waiter("key", where), request(std::move(whose)) {}
    void told() override { is_told = true; }
    bool is_told = false;
    std::weak_ptr<Request> request;
  };
  struct Request {
    int number = 0;
    std::size_t tier = 0;
    std::unique_ptr<TierWalk> walk;
    std::optional<TierWalk::Step> step;  // that is being asked, or waited for
    Site* place = nullptr;               // that is taken
    SteadyTime since{};
    std::shared_ptr<Waiter> waiter;
    std::size_t waits_for = 0;
    int asked = 0;  // in this tier
  };
  using RequestPtr = std::shared_ptr<Request>;

  double chance() { return std::uniform_real_distribution(0.0, 1.0)(random_); }
  Duration upTo(Duration most) { return std::chrono::duration_cast<Duration>(most * chance()); }
  template <class T>
  void at(T after, std::function<void()> what) {
    events_.push({now_ + std::chrono::duration_cast<Duration>(after), next_event_++, std::move(what)});
  }
  const domain::Tier& tierAt(const Request& request) const { return config_.tiers[request.tier]; }
  const domain::Deployment& deploymentOf(const Request& request, std::size_t at) const { return tierAt(request).deployments[at]; }
  Site& siteOf(const Request& request, std::size_t at) { return sites_.at(deploymentOf(request, at).upstream); }
  Deployed& deployed(const Request& request, std::size_t at) {
    const auto& of = deploymentOf(request, at);
    return deployed_[of.upstream + "/" + of.model];
  }
  void tell(const Request& request, const std::string& what) {
    story += std::to_string(now_.time_since_epoch().count()) + " " + std::to_string(request.number) + " " + what + "\n";
  }

  void arrive() {
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

  void change() {
    for (auto& [name, site] : sites_) {
      if (chance() < 0.4) site.good = chance() < 0.5 ? 1 : chance();
    }
    if (!draining_) at(3s, [this] { change(); });
  }

  void enterTier(const RequestPtr& request, std::size_t tier) {
    request->tier = tier;
    request->asked = 0;
    request->walk = std::make_unique<TierWalk>(tierAt(*request), protection_, now_ + 5s, [this, raw = request.get()](std::size_t i) { return enter(*raw, i); });
    goOn(request);
  }

  bool enter(Request& request, std::size_t i) {
    Site& site = siteOf(request, i);
    if (!site.places->tryEnter()) return false;
    hold(request, site);
    return true;
  }
  void hold(Request& request, Site& site) {
    EXPECT_EQ(request.place, nullptr);
    ++site.inside;
    request.place = &site;
  }
  void leave(Request& request, std::optional<Duration> held) {
    Site* const site = std::exchange(request.place, nullptr);
    if (site == nullptr) return;
    --site->inside;
    site->places->leave(held);
  }

  void goOn(const RequestPtr& request) {
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

  void ask(const RequestPtr& request) {
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

  static Error errorOf(double kind) {
    if (kind < 0.3) return failure(ErrorCode::UpstreamTimeout);
    if (kind < 0.5) return failure(ErrorCode::UpstreamError, 503, kind < 0.4 ? 0 : 1);
    if (kind < 0.7) return failure(ErrorCode::UpstreamConnect);
    if (kind < 0.8) return failure(ErrorCode::UpstreamRateLimited, 429, 7);
    if (kind < 0.9) return failure(ErrorCode::UpstreamTruncated);
    return failure(ErrorCode::UpstreamMalformed);
  }

  // It keeps its permit no longer, and its place neither.
  void settle(Request& request, const std::optional<Result<void>>& result) {
    if (!request.step) return;
    if (request.place != nullptr) {
      if (request.step->permit.trial()) --deployed(request, request.step->deployment).trials;
      if (result) request.step->permit.ended(*result, now_);
      leave(request, now_ - request.since);
    }
    request.step->permit = Permit();
  }

  void answered(const RequestPtr& request, bool good, double kind) {
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

  void noneLeft(const RequestPtr& request) {
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

  void granted(const RequestPtr& request) {
    request->waiter.reset();
    hold(*request, siteOf(*request, request->waits_for));
    request->step = request->walk->placed(request->waits_for, now_);
    if (request->step) return ask(request);
    leave(*request, std::nullopt);
    goOn(request);
  }

  // Those who were told something while a line was locked.
  void wake() {
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

  [[nodiscard]] bool isOpen(const Request& request) const {
    return std::ranges::any_of(open_, [&](const RequestPtr& one) { return one.get() == &request; });
  }

  void end(const RequestPtr& request, int& count, const char* how) {
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

  void drain() {
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

  void check() {
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

  std::mt19937 random_;
  const config::Config config_ = world();
  Protection protection_;
  std::map<std::string, Site> sites_;
  std::map<std::string, Deployed> deployed_;
  std::vector<RequestPtr> open_;
  std::vector<std::shared_ptr<Waiter>> waiters_;
  std::priority_queue<Event> events_;
  std::uint64_t next_event_ = 0;
  int next_request_ = 0;
  bool draining_ = false;
  SteadyTime now_{1000h}, drained_by_ = SteadyTime::max();
};

TEST(SimulationTest, keepsItsPromisesWhateverHappensAndDrainsWhole) {
  int served = 0, failed = 0, shed = 0, left = 0, cut = 0, trials = 0, further = 0, waited = 0, passed_over = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation one(seed);
    one.run();
    if (HasFailure()) return;
    served += one.served, failed += one.failed, shed += one.shed, left += one.left, cut += one.cut, trials += one.trials, further += one.further, waited += one.waited;
    passed_over += one.passed_over;
  }
  for (const int count : {served, failed, shed, left, trials, further, waited}) EXPECT_GT(count, 100) << "all of it has happened";
  EXPECT_GT(served, 50'000);
  EXPECT_GT(passed_over, 10) << "some were to be left alone by the time that their wait was over";
  EXPECT_GT(cut, 0) << "some did not end before the drain's deadline";
  RecordProperty("requests", served + failed + shed + left + cut);
  std::printf("served %d, failed %d, shed %d, left %d, cut %d; trials %d, further attempts %d, passed over after a wait %d, waited for a place %d\n", served, failed,
              shed, left, cut, trials, further, passed_over, waited);
}

TEST(SimulationTest, aSeedSaysAllThatHappens) {
  Simulation one(7), same(7), other(8);
  one.run();
  same.run();
  other.run();
  EXPECT_FALSE(one.story.empty());
  EXPECT_TRUE(one.story == same.story) << "of " << one.story.size() << " and " << same.story.size() << " characters";
  EXPECT_TRUE(one.story != other.story);
}

}  // namespace
}  // namespace signalbox::upstream
