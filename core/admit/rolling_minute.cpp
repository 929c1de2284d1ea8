// SPDX-License-Identifier: Apache-2.0
#include "admit/rolling_minute.h"

#include <algorithm>

namespace signalbox::admit {
namespace {

constexpr std::int64_t kSteps = 240;
constexpr Duration kStep = Duration(std::chrono::minutes(1)) / kSteps;

std::int64_t stepOf(SteadyTime time) { return time.time_since_epoch() / kStep; }
std::size_t slot(std::int64_t step) { return static_cast<std::size_t>(((step % kSteps) + kSteps) % kSteps); }

}  // namespace

void RollingMinute::advance(SteadyTime now) {
  const Step step = stepOf(now);
  if (steps_.empty()) {
    steps_.assign(kSteps, 0);
    head_ = step;
  }
  if (step <= head_) return;
  if (step - head_ >= kSteps) {
    std::ranges::fill(steps_, 0);
    sum_ = 0;
  } else {
    for (Step s = head_ + 1; s <= step; ++s) sum_ -= std::exchange(steps_[slot(s)], 0);
  }
  head_ = step;
}

RollingMinute::Step RollingMinute::add(SteadyTime now, std::int64_t amount) {
  advance(now);
  steps_[slot(head_)] += amount;
  sum_ += amount;
  return head_;
}

void RollingMinute::takeBack(SteadyTime now, Step step, std::int64_t amount) {
  advance(now);
  if (head_ - step >= kSteps || step > head_) return;
  steps_[slot(step)] -= amount;
  sum_ -= amount;
}

std::int64_t RollingMinute::sum(SteadyTime now) {
  advance(now);
  return sum_;
}

Duration RollingMinute::untilRoom(SteadyTime now, std::int64_t amount, std::int64_t limit) {
  advance(now);
  std::int64_t left = sum_;
  if (left + amount <= limit) return Duration{};
  for (Step step = head_ - kSteps + 1; step <= head_; ++step) {
    left -= steps_[slot(step)];
    if (left + amount <= limit) return SteadyTime((step + kSteps) * kStep) - now;
  }
  return std::chrono::minutes(1);
}

}  // namespace signalbox::admit
