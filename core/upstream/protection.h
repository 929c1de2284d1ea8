// SPDX-License-Identifier: Apache-2.0
// What keeps requests away from deployments that cannot answer them: one table for all workers of breakers (by deployment),
// cool-downs (by key and model), credentials that were refused (by key) and retry budgets (by upstream). Thread-safe; a deployment
// that is well costs a look-up and a few relaxed loads.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "config/config.h"
#include "upstream/breaker.h"
#include "upstream/cooldown.h"
#include "upstream/retry_budget.h"

namespace signalbox::upstream {

// A credential that was refused with 401 or 403 is not used; one request is let through after 30 s x n, 300 s at most, to see
// whether that still holds.
class Credential {
 public:
  [[nodiscard]] Breaker::Pass admit(SteadyTime now);
  void accepted(Breaker::Pass pass, SteadyTime now);
  void refused(Breaker::Pass pass, SteadyTime now);
  void left(Breaker::Pass pass, SteadyTime now);
  [[nodiscard]] bool disabled() const { return disabled_.load(std::memory_order_relaxed); }
  [[nodiscard]] Duration wait(SteadyTime now) const;

 private:
  mutable std::mutex mutex_;
  Breaker trials_;
  std::atomic<bool> disabled_{false};
};

class Guard;

// A request that was let through. It tells its guard how it ended; where nobody says, by its own end that it was left.
class Permit {
 public:
  Permit() = default;
  Permit(Guard& guard, Breaker::Pass pass, Breaker::Pass credential) : guard_(&guard), pass_(pass), credential_(credential) {}
  Permit(Permit&& other) noexcept { swap(other); }
  Permit& operator=(Permit&& other) noexcept {
    Permit(std::move(other)).swap(*this);
    return *this;
  }
  ~Permit();
  // There is something to commit to: of a stream its first words, else the whole.
  void answered(SteadyTime now);
  // Once; what comes later is not heard.
  void ended(const Result<void>& result, SteadyTime now);
  // Whether it goes to see if its deployment is well again.
  [[nodiscard]] bool trial() const { return pass_ == Breaker::Pass::Trial || credential_ == Breaker::Pass::Trial; }

 private:
  void swap(Permit& other) noexcept;
  Guard* guard_ = nullptr;
  Breaker::Pass pass_ = Breaker::Pass::No, credential_ = Breaker::Pass::No;
  bool answered_ = false;
};

// Why a deployment is passed over, and for how long.
struct Closed {
  enum class Why : std::uint8_t { Open, Limited, Disabled } why = Why::Open;
  Duration wait{};
};

// Of one deployment.
class Guard {
 public:
  Guard(std::string name, Cooldown& cooldown, Credential& credential, RetryBudget& budget)
      : name_(std::move(name)), cooldown_(cooldown), credential_(credential), budget_(budget) {}
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // `nobody_else`: as of a breaker.
  [[nodiscard]] std::expected<Permit, Closed> admit(SteadyTime now, bool nobody_else);
  // Whether requests may go there as things are; a trial that is due does not count.
  [[nodiscard]] bool usable(SteadyTime now) const;
  [[nodiscard]] RetryBudget& budget() { return budget_; }
  [[nodiscard]] Breaker::State state() const { return state_.load(std::memory_order_relaxed); }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const Cooldown& cooldown() const { return cooldown_; }
  [[nodiscard]] const Credential& credential() const { return credential_; }

 private:
  friend class Permit;
  friend class Protection;
  void answered(Breaker::Pass pass, Breaker::Pass credential, SteadyTime now);
  void ended(Breaker::Pass pass, Breaker::Pass credential, const Result<void>& result, SteadyTime now);
  void left(Breaker::Pass pass, Breaker::Pass credential, bool answered, SteadyTime now);
  void failed(Breaker::Pass pass, SteadyTime now, Breaker::Failure kind);
  [[nodiscard]] bool isLast(SteadyTime now) const;
  void mirror() { state_.store(breaker_.state(), std::memory_order_relaxed); }

  const std::string name_;  // upstream/model
  Cooldown& cooldown_;
  Credential& credential_;
  RetryBudget& budget_;
  std::vector<std::vector<const Guard*>> others_;  // in each tier that it stands in
  std::mutex* opening_ = nullptr;                  // of the whole table: two that open at once would each leave the other as the last
  mutable std::mutex mutex_;
  Breaker breaker_;
  std::atomic<Breaker::State> state_{Breaker::State::Closed};
};

class Protection {
 public:
  explicit Protection(const config::Config& config);
  // REQUIRES: a configured deployment.
  [[nodiscard]] Guard& of(const domain::Deployment& deployment);
  [[nodiscard]] RetryBudget& budget(const std::string& upstream) { return *budgets_.at(upstream); }

 private:
  using Name = std::pair<std::string_view, std::string_view>;  // of upstream and model, in the guarded configuration
  std::vector<std::unique_ptr<domain::Deployment>> names_;
  std::map<Name, std::unique_ptr<Guard>> guards_;
  std::map<std::string, std::unique_ptr<Cooldown>> cooldowns_;
  std::map<std::string, std::unique_ptr<Credential>> credentials_;
  std::map<std::string, std::unique_ptr<RetryBudget>> budgets_;
  std::mutex opening_;
};

}  // namespace signalbox::upstream
