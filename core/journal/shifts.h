// SPDX-License-Identifier: Apache-2.0
// Which of two threads works: one that lets others go first, and one that does not. A thread may lower its priority, but an
// ordinary user's may not raise it again; so whoever wants it back needs a second thread. Thread-safe.
#pragma once
#include <condition_variable>
#include <mutex>

namespace signalbox::journal {

enum class Shift : bool { Calm, Hurried };

class Shifts {
 public:
  // Waits until it is this shift's turn; false when all work is done. What the other shift did before it passed on is seen.
  bool await(Shift mine) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return over_ || turn_ == mine; });
    return !over_;
  }
  void pass(Shift to) {
    {
      const std::lock_guard lock(mutex_);
      turn_ = to;
    }
    changed_.notify_all();
  }
  void end() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Shift turn_ = Shift::Calm;
  bool over_ = false;
};

}  // namespace signalbox::journal
