// SPDX-License-Identifier: Apache-2.0
// What stands before one deployment: its breaker, the cool-down of its key and model, its credential, its upstream's retry budget; and
// what is measured of it. Shared by all workers. Thread-safe; a deployment that is well costs a few relaxed loads when a request is let
// through, and a lock nobody holds for long when it ends.
#pragma once
#include <atomic>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/rarely.h"
#include "base/rolling_latency.h"
#include "domain/event.h"
#include "upstream/cooldown.h"
#include "upstream/credential.h"
#include "upstream/share_budget.h"
#include "upstream/warmth.h"

namespace signalbox::upstream {

class Guard;

// A request that was let through. It tells its guard how it ended; where nobody says, by its own end that it was left.
class Permit {
 public:
  Permit() = default;
  struct Asked {
    SteadyTime at{};
    bool after_idle = false;  // the first for a while
  };
  Permit(Guard& guard, Breaker::Pass pass, Entry credential, Asked asked)
      : guard_(&guard), pass_(pass), credential_(credential), asked_(asked) {}
  Permit(Permit&& other) noexcept { swap(other); }
  Permit& operator=(Permit&& other) noexcept {
    Permit(std::move(other)).swap(*this);
    return *this;
  }
  ~Permit();
  // Its first answer tells how quick the deployment is: a stream, or a whole that is short by nature.
  void measureFirst() { measured_ = true; }
  // There is something to commit to: of a stream its first words, else the whole.
  void answered(SteadyTime now);
  // Once; what comes later is not heard.
  void ended(const Result<void>& result, SteadyTime now);
  // Whether it goes to see if its deployment is well again.
  [[nodiscard]] bool trial() const { return pass_ == Breaker::Pass::Trial || credential_.trial(); }

 private:
  void swap(Permit& other) noexcept;
  Guard* guard_ = nullptr;
  Breaker::Pass pass_ = Breaker::Pass::No;
  Entry credential_;
  Asked asked_;
  bool measured_ = false, answered_ = false;
};

// Why a deployment is passed over, and for how long.
struct Closed {
  enum class Why : std::uint8_t { Open, Limited, Disabled } why = Why::Open;
  Duration wait{};
};

// Of one deployment.
class Guard {
 public:
  // `before`: of the same deployment in another configuration, which goes on to know what this one learns; null: there is none.
  Guard(std::string name, Cooldown& cooldown, KeyForModel credential, ShareBudget& budget, const std::optional<domain::KeepWarm>& warm, const Guard* before);
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // `nobody_else`: as of a breaker.
  [[nodiscard]] std::expected<Permit, Closed> admit(SteadyTime now, bool nobody_else);
  // Whether requests may go there as things are; a trial that is due does not count.
  [[nodiscard]] bool usable(SteadyTime now) const;
  [[nodiscard]] ShareBudget& budget() { return budget_; }
  [[nodiscard]] Breaker::State state() const { return learnt_->state.load(std::memory_order_relaxed); }
  [[nodiscard]] const std::string& name() const { return name_; }
  // For how long nothing was asked; Duration::max() where nothing ever was.
  [[nodiscard]] Duration idleFor(SteadyTime now) const { return warmth_->idleFor(now); }
  // Until first words, of streams and short answers lately.
  [[nodiscard]] RollingLatency::Quantile firstWords(SteadyTime now, double q) const { return learnt_->first.quantile(now, q); }
  // All but the model's name.
  [[nodiscard]] domain::DeploymentStatus status(SteadyTime now) const;

 private:
  friend class Permit;
  friend class Protection;
  void answered(Breaker::Pass pass, Entry credential, SteadyTime now);
  void measured(Duration took, bool after_idle, SteadyTime now);
  void ended(Breaker::Pass pass, Entry credential, bool answered, const Result<void>& result, SteadyTime now);
  void left(Breaker::Pass pass, Entry credential, bool answered, SteadyTime now);
  void failed(Breaker::Pass pass, SteadyTime now, Breaker::Failure kind);
  [[nodiscard]] bool isLast(SteadyTime now) const;
  void mirror() { learnt_->state.store(learnt_->breaker.state(), std::memory_order_relaxed); }

  // Outlives a configuration, and is shared by all that have the deployment.
  struct Learnt {
    std::mutex mutex;
    Breaker breaker;
    std::atomic<Breaker::State> state{Breaker::State::Closed};
    std::atomic<bool> has_answered{false};
    RollingLatency first;                    // until the first words
    Rarely told;  // in the log, of limits and of answers that came again
  };
  const std::string name_;  // upstream/model
  Cooldown& cooldown_;
  KeyForModel credential_;
  ShareBudget& budget_;
  std::vector<std::vector<const Guard*>> others_;  // in each tier that it stands in
  std::mutex* opening_ = nullptr;                  // of the whole table: two that open at once would each leave the other as the last
  const std::optional<domain::KeepWarm> keep_warm_;
  const std::shared_ptr<Learnt> learnt_;
  const std::shared_ptr<Warmth> warmth_;  // by what is configured of it
};

}  // namespace signalbox::upstream
