// SPDX-License-Identifier: Apache-2.0
#include "admit/places.h"

#include <algorithm>

namespace signalbox::admit {
namespace {

constexpr double kSmoothing = 0.05;  // the weight of one request in the mean time of all

}  // namespace

bool Places::tryEnter() {
  const std::lock_guard lock(mutex_);
  if (in_flight_ >= limits_.in_flight || pending_ > 0) return false;
  ++in_flight_;
  return true;
}

void Places::change(Limits limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
  grantAll();
}

Duration Places::longestWait() const {
  const std::lock_guard lock(mutex_);
  return limits_.queue;
}

// How many get a place up to and with the next one of this key: lines take turns.
std::size_t Places::turnsBefore(const std::string& key) const {
  const auto own = std::ranges::find(lines_, key, &Line::key);
  const std::size_t rounds = own == lines_.end() ? 0 : own->waiting.size();
  std::size_t turns = 1;
  for (const Line& line : lines_) turns += std::min(line.waiting.size(), line.key == key ? rounds : rounds + 1);
  return turns;
}

// The last of the longest line goes, unless that is the line of the key itself.
bool Places::makeRoomFor(const std::string& key) {
  const auto longest = std::ranges::max_element(lines_, {}, [](const Line& line) { return line.waiting.size(); });
  const auto own = std::ranges::find(lines_, key, &Line::key);
  const std::size_t mine = own == lines_.end() ? 0 : own->waiting.size();
  if (longest == lines_.end() || longest->waiting.size() <= mine + 1) return false;
  const auto last = std::move(longest->waiting.back());
  longest->waiting.pop_back();
  --pending_;
  last->state_ = Waiter::State::Shed;
  last->told();
  return true;
}

Places::Waiter::State Places::enter(const std::shared_ptr<Waiter>& waiter) {
  const std::lock_guard lock(mutex_);
  if (in_flight_ < limits_.in_flight && pending_ == 0) {
    ++in_flight_;
    return waiter->state_ = Waiter::State::Granted;
  }
  // With a full house one place is free every mean time ÷ places.
  const double expected = held_s_ * static_cast<double>(turnsBefore(waiter->key)) / static_cast<double>(limits_.in_flight);
  const bool too_long = expected > std::chrono::duration<double>(limits_.queue).count();
  if (limits_.pending == 0 || too_long || (pending_ >= limits_.pending && !makeRoomFor(waiter->key))) {
    return waiter->state_ = Waiter::State::Shed;
  }
  auto line = std::ranges::find(lines_, waiter->key, &Line::key);
  if (line == lines_.end()) line = lines_.insert(lines_.end(), Line{waiter->key, {}});
  line->waiting.push_back(waiter);
  ++pending_;
  return Waiter::State::Waiting;
}

Places::Waiter::State Places::stateOf(const Waiter& waiter) const {
  const std::lock_guard lock(mutex_);
  return waiter.state_;
}

Places::Waiter::State Places::giveUp(Waiter& waiter) {
  const std::lock_guard lock(mutex_);
  if (waiter.state_ != Waiter::State::Waiting) return waiter.state_;
  const auto line = std::ranges::find(lines_, waiter.key, &Line::key);
  if (line == lines_.end()) return waiter.state_;
  pending_ -= std::erase_if(line->waiting, [&](const auto& one) { return one.get() == &waiter; });
  if (line->waiting.empty()) lines_.erase(line);
  waiter.state_ = Waiter::State::Shed;
  return waiter.state_;
}

void Places::grantAll() {
  while (!lines_.empty() && in_flight_ < limits_.in_flight) {
    Line& line = lines_.front();
    const auto next = std::move(line.waiting.front());
    line.waiting.pop_front();
    --pending_;
    ++in_flight_;
    if (line.waiting.empty()) {
      lines_.pop_front();
    } else {
      lines_.splice(lines_.end(), lines_, lines_.begin());
    }
    next->state_ = Waiter::State::Granted;
    next->told();
  }
}

void Places::leave(std::optional<Duration> held) {
  const std::lock_guard lock(mutex_);
  --in_flight_;
  if (held) {
    const double seconds = std::chrono::duration<double>(*held).count();
    held_s_ = held_s_ == 0 ? seconds : held_s_ + kSmoothing * (seconds - held_s_);
  }
  grantAll();
}

void Places::abandon(const void* home) {
  const std::lock_guard lock(mutex_);
  for (auto line = lines_.begin(); line != lines_.end();) {
    pending_ -= std::erase_if(line->waiting, [&](const auto& one) { return one->home == home; });
    line = line->waiting.empty() ? lines_.erase(line) : std::next(line);
  }
}

std::size_t Places::inFlight() const {
  const std::lock_guard lock(mutex_);
  return in_flight_;
}

std::size_t Places::pending() const {
  const std::lock_guard lock(mutex_);
  return pending_;
}

}  // namespace signalbox::admit
