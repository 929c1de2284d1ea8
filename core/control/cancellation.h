// SPDX-License-Identifier: Apache-2.0
// Calls a running question off. Whoever asks keeps it and cancels; whoever answers looks at it, or hangs a hook on it that stops
// what is going on just now. Thread-safe.
#pragma once
#include <functional>
#include <mutex>
#include <utility>

namespace signalbox::control {

class Cancellation {
 public:
  void cancel() {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    if (hook_) hook_();
  }
  [[nodiscard]] bool cancelled() const {
    const std::lock_guard lock(mutex_);
    return cancelled_;
  }
  // The hook is called at most while it is set, under a lock: it must be quick and not come back here. Null takes it off.
  void setHook(std::function<void()> hook) {
    const std::lock_guard lock(mutex_);
    hook_ = std::move(hook);
    if (hook_ && cancelled_) hook_();
  }

 private:
  mutable std::mutex mutex_;
  bool cancelled_ = false;
  std::function<void()> hook_;
};

}  // namespace signalbox::control
