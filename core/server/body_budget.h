// SPDX-License-Identifier: Apache-2.0
// The memory that bodies of requests hold, of all connections together and of each sender with a name. Thread-safe.
#pragma once
#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace signalbox::server {

class BodyBudget {
 public:
  // Counts what is held more. False where it is too much for all, or more than half of that for one of several senders; it is counted
  // all the same, until release().
  [[nodiscard]] bool hold(const std::string& sender, std::size_t bytes, std::size_t most) {
    const bool room = all_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= most;
    if (sender.empty()) return room;
    const std::lock_guard lock(mutex_);
    return (by_sender_[sender] += bytes) <= most / 2 && room;
  }
  void release(const std::string& sender, std::size_t bytes) {
    all_.fetch_sub(bytes, std::memory_order_relaxed);
    if (sender.empty()) return;
    const std::lock_guard lock(mutex_);
    const auto at = by_sender_.find(sender);
    if (at != by_sender_.end() && (at->second -= bytes) == 0) by_sender_.erase(at);
  }

 private:
  std::atomic<std::size_t> all_{0};
  std::mutex mutex_;
  std::map<std::string, std::size_t> by_sender_;
};

}  // namespace signalbox::server
