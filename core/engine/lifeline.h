// SPDX-License-Identifier: Apache-2.0
// Lets callbacks through while their owner lives, and none once it is gone: cut() waits for those that are under way on other
// threads. Callbacks of one line do not wait for each other: a long answer never holds up whoever tells something short, such as the
// journal's thread. Copies share one line. Thread-safe.
#pragma once
#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace signalbox::engine {

class Lifeline {
 public:
  // Wraps `callback`; after cut() the wrapper does nothing.
  template <class Callback>
  [[nodiscard]] auto guard(Callback callback) const {
    return [state = state_, callback = std::move(callback)](auto&&... args) {
      const Passage passage(*state);
      if (passage.open) callback(std::forward<decltype(args)>(args)...);
    };
  }
  void cut() {
    std::unique_lock lock(state_->mutex);
    state_->alive = false;
    const auto mine = std::this_thread::get_id();
    state_->ended.wait(lock, [&] {
      return std::all_of(state_->inside.begin(), state_->inside.end(), [&](std::thread::id id) { return id == mine; });
    });
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable ended;
    std::vector<std::thread::id> inside;  // the threads that are in a callback
    bool alive = true;
  };
  struct Passage {
    explicit Passage(State& s) : state(s) {
      const std::lock_guard lock(state.mutex);
      open = state.alive;
      if (open) state.inside.push_back(std::this_thread::get_id());
    }
    ~Passage() {
      if (!open) return;
      const std::lock_guard lock(state.mutex);
      state.inside.erase(std::find(state.inside.begin(), state.inside.end(), std::this_thread::get_id()));
      state.ended.notify_all();
    }
    Passage(const Passage&) = delete;
    Passage& operator=(const Passage&) = delete;
    State& state;
    bool open = false;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace signalbox::engine
