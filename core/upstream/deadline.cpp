// SPDX-License-Identifier: Apache-2.0
#include "upstream/deadline.h"

namespace signalbox::upstream {

Deadlines::Deadlines(const Executor& executor) : timer_(executor), alive_(std::make_shared<bool>(true)) {}

Deadlines::~Deadlines() { *alive_ = false; }

// An armed timer that is early is left alone: it fires, finds nothing due and is set again, which is rarer than setting it anew
// with every deadline that is called off.
void Deadlines::arm() {
  if (entries_.empty() || entries_.begin()->first >= armed_for_) return;
  armed_for_ = entries_.begin()->first;
  timer_.expires_at(armed_for_);
  timer_.async_wait([this, alive = alive_](boost::system::error_code error) {
    if (*alive && !error) onTimer();
  });
}

void Deadlines::onTimer() {
  armed_for_ = SteadyTime::max();
  const SteadyTime now = steadyNow();
  const auto alive = alive_;
  while (*alive && !entries_.empty() && entries_.begin()->first <= now) {
    Deadline& due = *entries_.begin()->second;
    entries_.erase(entries_.begin());
    due.entry_.reset();
    const auto expired = std::move(due.expired_);  // it may end the deadline that holds it
    expired();
  }
  if (*alive) arm();
}

Deadline::Deadline(Deadlines& all, SteadyTime when, std::function<void()> expired) : all_(all), expired_(std::move(expired)) {
  entry_ = all_.entries_.emplace(when, this);
  all_.arm();
}

Deadline::~Deadline() {
  if (entry_) all_.entries_.erase(*entry_);
}

}  // namespace signalbox::upstream
