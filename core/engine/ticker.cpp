// SPDX-License-Identifier: Apache-2.0
#include "engine/ticker.h"

#include "engine/lifeline.h"

namespace signalbox::engine {

struct Ticker::State {
  struct Entry {
    Duration interval;
    std::function<void()> call;
  };
  std::mutex mutex;
  std::condition_variable wake;
  bool stopping = false;
  std::uint64_t next = 0;
  std::map<std::uint64_t, Entry> entries;
  std::multimap<SteadyTime, std::uint64_t> due;

  void run();
};

void Ticker::State::run() {
  std::unique_lock lock(mutex);
  while (!stopping) {
    if (due.empty()) {
      wake.wait(lock);
      continue;
    }
    const auto [time, id] = *due.begin();
    if (steadyNow() < time) {
      wake.wait_until(lock, time);
      continue;
    }
    due.erase(due.begin());
    const auto entry = entries.find(id);
    if (entry == entries.end()) continue;
    // A late tick is not made up for: the next one is a whole interval away.
    due.emplace(steadyNow() + entry->second.interval, id);
    const auto call = entry->second.call;
    lock.unlock();
    call();
    lock.lock();
  }
}

Ticker::Ticker() : state_(std::make_shared<State>()) {
  thread_ = std::thread([state = state_] { state->run(); });
}

Ticker::~Ticker() { stop(); }

void Ticker::stop() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->entries.clear();
  }
  state_->wake.notify_all();
  if (thread_.joinable()) thread_.join();
}

Subscription Ticker::every(Duration interval, std::function<void()> call) {
  Lifeline line;
  std::uint64_t id = 0;
  {
    const std::lock_guard lock(state_->mutex);
    id = state_->next++;
    if (!state_->stopping) {
      state_->entries[id] = {interval, line.guard(std::move(call))};
      state_->due.emplace(steadyNow() + interval, id);
    }
  }
  state_->wake.notify_all();
  return Subscription([state = state_, line, id]() mutable {
    {
      const std::lock_guard lock(state->mutex);
      state->entries.erase(id);
    }
    line.cut();
  });
}

}  // namespace signalbox::engine
