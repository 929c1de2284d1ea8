// SPDX-License-Identifier: Apache-2.0
// Lets callbacks through while their owner lives, and none once it is gone: cut() waits for a call that is under way, unless it
// is made from inside that very call. Copies share one line. Thread-safe.
#pragma once
#include <memory>
#include <mutex>
#include <utility>

namespace signalbox::engine {

class Lifeline {
 public:
  // Wraps `callback`; after cut() the wrapper does nothing.
  template <class Callback>
  [[nodiscard]] auto guard(Callback callback) const {
    return [state = state_, callback = std::move(callback)](auto&&... args) {
      const std::lock_guard lock(state->mutex);
      if (state->alive) callback(std::forward<decltype(args)>(args)...);
    };
  }
  void cut() {
    const std::lock_guard lock(state_->mutex);
    state_->alive = false;
  }

 private:
  struct State {
    std::recursive_mutex mutex;
    bool alive = true;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace signalbox::engine
