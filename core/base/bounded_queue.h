// SPDX-License-Identifier: Apache-2.0
// Many producers, one consumer. A producer never waits: when the queue is full the item is refused and counted. Thread-safe.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace signalbox {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  // False when full (counted in dropped()) or closed.
  bool tryPush(T item) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || items_.size() >= capacity_) {
        dropped_.fetch_add(1, std::memory_order_relaxed);
        return false;
      }
      items_.push_back(std::move(item));
      if (items_.size() > 1) return true;  // the consumer is already awake or about to look
    }
    ready_.notify_one();
    return true;
  }

  // Waits up to `patience` for the first item, then takes all there are, up to `most`, in order.
  [[nodiscard]] std::vector<T> takeBatch(std::size_t most, std::chrono::nanoseconds patience) {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, patience, [&] { return !items_.empty() || closed_; });
    std::vector<T> batch;
    const std::size_t count = std::min(most, items_.size());
    batch.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      batch.push_back(std::move(items_.front()));
      items_.pop_front();
    }
    return batch;
  }

  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    ready_.notify_all();
  }
  [[nodiscard]] bool closed() const { const std::lock_guard lock(mutex_); return closed_; }
  [[nodiscard]] std::size_t size() const { const std::lock_guard lock(mutex_); return items_.size(); }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<T> items_;
  bool closed_ = false;
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace signalbox
