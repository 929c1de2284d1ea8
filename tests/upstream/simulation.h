// SPDX-License-Identifier: Apache-2.0
// Breakers, cool-downs, retry budgets, places and the way through the tiers together, then a drain: requests of clients that may leave,
// at upstreams that fail in every way there is. Its clock and its chance are the test's own, so that a seed says all that happens.
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <queue>
#include <random>

#include "admit/places.h"
#include "upstream/failure.h"
#include "upstream/tier_walk.h"

namespace signalbox::upstream {

class Simulation {
 public:
  explicit Simulation(unsigned seed);
  void run();
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
    std::unique_ptr<admit::Places> places;
    double good = 1;
    std::size_t inside = 0;
    int chosen = 0, paid = 0;
  };
  struct Deployed {
    SteadyTime limited_until{};
    int trials = 0;
  };
  struct Request;
  using Places = admit::Places;
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
  void tell(const Request& request, const std::string& what);
  void arrive();
  void change();
  void enterTier(const RequestPtr& request, std::size_t tier);
  bool enter(Request& request, std::size_t i);
  void hold(Request& request, Site& site);
  void leave(Request& request, std::optional<Duration> held);
  void goOn(const RequestPtr& request);
  void ask(const RequestPtr& request);
  static Error errorOf(double kind);
  // It keeps its permit no longer, and its place neither.
  void settle(Request& request, const std::optional<Result<void>>& result);
  void answered(const RequestPtr& request, bool good, double kind);
  void noneLeft(const RequestPtr& request);
  void granted(const RequestPtr& request);
  // Those who were told something while a line was locked.
  void wake();
  [[nodiscard]] bool isOpen(const Request& request) const;
  void end(const RequestPtr& request, int& count, const char* how);
  void drain();
  void check();

  std::mt19937 random_;
  const config::Config config_;
  Protection protection_;
  std::map<std::string, Site> sites_;
  std::map<std::string, Deployed> deployed_;
  std::vector<RequestPtr> open_;
  std::vector<std::shared_ptr<Waiter>> waiters_;
  std::priority_queue<Event> events_;
  std::uint64_t next_event_ = 0;
  int next_request_ = 0;
  bool draining_ = false;
  SteadyTime now_{std::chrono::hours(1000)}, drained_by_ = SteadyTime::max();
};

}  // namespace signalbox::upstream
