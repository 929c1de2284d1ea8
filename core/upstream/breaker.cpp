// SPDX-License-Identifier: Apache-2.0
#include "upstream/breaker.h"

#include <algorithm>
#include <cmath>

namespace signalbox::upstream {
namespace {

std::int64_t secondOf(SteadyTime time) { return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count(); }

// Whether a run of failures is longer than chance explains, by what the requests before it did. An upstream of which little is known
// is taken for a good one.
bool isNoChance(int run, int good, int bad_before) {
  constexpr double kChance = 1e-4;
  const double fails = (bad_before + 0.1) / (good + bad_before + 1.0);
  return std::pow(fails, run) < kChance;
}

}  // namespace

Breaker::Second& Breaker::second(SteadyTime now) {
  const std::int64_t at = secondOf(now);
  Second& slot = window_[static_cast<std::size_t>(at) % kSeconds];
  if (slot.at != at) slot = {at, 0, 0};
  return slot;
}

Breaker::Sum Breaker::sum(SteadyTime now) const {
  const std::int64_t oldest = secondOf(now) - static_cast<std::int64_t>(kSeconds);
  Sum all;
  for (const Second& slot : window_) {
    if (slot.at <= oldest) continue;
    all.good += slot.good;
    all.bad += slot.bad;
  }
  return all;
}

SteadyTime Breaker::trialFrom(bool nobody_else) const {
  if (state_ == State::HalfOpen) return tried_at_ + kTrialHolds;
  return nobody_else ? std::min(open_until_, tried_at_ + kProbeEvery) : open_until_;
}

Breaker::Pass Breaker::admit(SteadyTime now, bool nobody_else) {
  switch (state_) {
    case State::Closed: return Pass::Normal;
    case State::Recovering: {
      const auto steps = (now - closed_at_) / kRecoveryStep;
      if (now >= closed_at_ + kRecovery || answered_ >= kRecovered) {
        state_ = State::Closed;
        return Pass::Normal;
      }
      if (let_through_ >= (2 << steps) + 2 * answered_) return Pass::No;
      ++let_through_;
      return Pass::Normal;
    }
    case State::HalfOpen:
    case State::Open:
      if (now < trialFrom(nobody_else)) return Pass::No;
      state_ = State::HalfOpen;
      tried_at_ = now;
      return Pass::Trial;
  }
  return Pass::No;
}

void Breaker::answered(Pass pass, SteadyTime now) {
  if (pass == Pass::Trial && state_ != State::Closed && state_ != State::Recovering) close(now);
}

void Breaker::succeeded(Pass pass, SteadyTime now) {
  answered(pass, now);
  if (state_ == State::Open || state_ == State::HalfOpen) return;  // it was asked before the failures
  in_a_row_ = truncated_in_a_row_ = 0;
  ++second(now).good;
  if (state_ == State::Recovering) ++answered_;
}

void Breaker::failed(Pass pass, SteadyTime now, Failure kind) {
  if (pass == Pass::Trial && state_ == State::HalfOpen) {
    state_ = State::Open;
    // A trial out of turn, because nobody else was left, does not put off the next that is due.
    if (now >= open_until_) open(now);
    return;
  }
  if (state_ == State::Open || state_ == State::HalfOpen) return;
  ++in_a_row_;
  if (kind == Failure::Truncated) ++truncated_in_a_row_;
  ++second(now).bad;
}

void Breaker::left(Pass pass, SteadyTime) {
  if (pass == Pass::Trial && state_ == State::HalfOpen) state_ = State::Open;
}

bool Breaker::due(SteadyTime now, bool last) const {
  if (state_ == State::Open || state_ == State::HalfOpen) return false;
  const Sum all = sum(now);
  if (last) {
    return in_a_row_ >= kInARow && (all.good == 0 || isNoChance(in_a_row_, all.good, std::max(0, all.bad - in_a_row_)));
  }
  const int requests = all.good + all.bad;
  return in_a_row_ >= kInARow || truncated_in_a_row_ >= kTruncatedInARow || (requests >= kLeastForShare && 2 * all.bad >= requests);
}

void Breaker::open(SteadyTime now) {
  state_ = State::Open;
  ++openings_;
  open_until_ = now + std::min<Duration>(kOpen * openings_, kLongestOpen);
  tried_at_ = now;
}

void Breaker::close(SteadyTime now) {
  state_ = State::Recovering;
  closed_at_ = now;
  let_through_ = answered_ = 0;
  openings_ = in_a_row_ = truncated_in_a_row_ = 0;
  window_ = {};
}

Duration Breaker::wait(SteadyTime now, bool nobody_else) const {
  if (state_ == State::Closed || state_ == State::Recovering) return {};
  return std::max(Duration{}, trialFrom(nobody_else) - now);
}

}  // namespace signalbox::upstream
