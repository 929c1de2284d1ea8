// SPDX-License-Identifier: Apache-2.0
// Which deployment of a tier is asked, and which next when one fails: those that may be asked in their order, then the ones that
// answered 500, 502, 503 or 529 once more after a jittered wait. Pure but for the guards it asks; time and randomness are arguments.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/tier.h"
#include "upstream/protection.h"

namespace signalbox::upstream {

class TierWalk {
 public:
  // Takes a place for one request at this deployment, where there is one; the last that is asked of what may be asked.
  using Room = std::function<bool(std::size_t deployment)>;
  // `deadline`: no waiting beyond it. `room` null: there is always a place.
  TierWalk(const domain::Tier& tier, Protection& protection, SteadyTime deadline, Room room = nullptr);

  struct Step {
    std::size_t deployment = 0;  // index into the tier's
    Permit permit;
    Duration wait{};             // before it is asked; a place is then to be taken after it
    bool first = false;          // it is chosen; else a further attempt, which its predecessor's upstream has paid for
  };
  // Nullopt: nobody is left to ask, no more attempts are allowed, or the retry budget is spent. `random`: from 0 to 1.
  [[nodiscard]] std::optional<Step> next(SteadyTime now, double random);
  // Of a step whose wait is over: nobody has learnt meanwhile that its deployment is to be left alone.
  [[nodiscard]] bool mayStill(const Step& step, SteadyTime now) const;
  // Those that had no place, where nobody has been asked: who waits for a place waits there.
  [[nodiscard]] std::vector<std::size_t> full() const;
  // That deployment has a place now, which the caller has taken. Nullopt: meanwhile it may not be asked any more, but others may.
  [[nodiscard]] std::optional<Step> placed(std::size_t deployment, SteadyTime now);
  // Of the step before: it failed with this. REQUIRES: there was one.
  void failed(const Error& error);
  // A deployment to ask beside the one that is being asked, of those that may be; no failure, so it spends no budget of retries.
  [[nodiscard]] std::optional<Step> beside(SteadyTime now);
  // Of that one: it could not be asked after all, which is no attempt.
  void besidePassedOver() { --attempts_; }
  // Of any step.
  void failed(std::size_t deployment, const Error& error) {
    last_ = deployment;
    failed(error);
  }
  // Of the step before: it could not be asked after all (its dialect has no way to, or there was no place when its wait was over).
  // That is no attempt, and it is not asked again.
  void passedOver();

  struct Skipped {
    std::size_t deployment = 0;
    Closed closed;
  };
  // Deployments that were passed over so far, each once.
  [[nodiscard]] const std::vector<Skipped>& skipped() const { return skipped_; }
  [[nodiscard]] bool budgetSpent() const { return budget_spent_; }
  [[nodiscard]] std::size_t attempts() const { return attempts_; }
  // What to tell of a tier of which nobody could be asked. REQUIRES: attempts() == 0, and something was skipped.
  [[nodiscard]] Error refusal(double random) const;

 private:
  enum class Place : std::uint8_t { Untried, Skipped, Full, Asked, Again };  // Full, when last looked at; Again: it may be asked once more
  // Whether it was neither asked nor passed over: where it was full, there may be a place now.
  [[nodiscard]] bool unasked(std::size_t at) const { return places_[at] == Place::Untried || places_[at] == Place::Full; }
  [[nodiscard]] bool someFull() const;
  void skip(std::size_t at, const Closed& closed);
  [[nodiscard]] std::optional<Step> pick(SteadyTime now, double random);
  [[nodiscard]] std::optional<Step> take(std::size_t at, SteadyTime now, bool nobody_else, Duration wait = {});
  [[nodiscard]] std::optional<Step> permitted(std::size_t at, SteadyTime now, bool nobody_else);
  void choose(const Step& step);
  [[nodiscard]] bool mayWait(SteadyTime now, Duration wait) const;

  const domain::Tier& tier_;
  Protection& protection_;
  SteadyTime deadline_;
  Room room_;
  std::size_t most_;
  std::vector<Place> places_;
  std::vector<Skipped> skipped_;
  std::optional<std::size_t> last_, before_last_;
  Duration asked_to_wait_{};  // by the last one that failed
  bool last_again_ = false;   // it failed in a way that may pass
  std::size_t attempts_ = 0;
  bool budget_spent_ = false;
};

// Whether an upstream that said this may be asked the same again: its failure is its own and may pass.
[[nodiscard]] bool mayPass(const Error& error);
// Before the n-th further attempt (from 1) at a provider that has just failed.
[[nodiscard]] Duration jitteredWait(std::size_t n, double random);

}  // namespace signalbox::upstream
