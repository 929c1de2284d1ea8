// SPDX-License-Identifier: Apache-2.0
// An immutable value that is replaced as a whole. Readers take it once and keep it as long as they like. Thread-safe.
#pragma once
#include <memory>
#include <mutex>
#include <utility>

namespace signalbox {

template <class T>
class Snapshot {
 public:
  Snapshot() = default;
  explicit Snapshot(std::shared_ptr<const T> value) : value_(std::move(value)) {}
  [[nodiscard]] std::shared_ptr<const T> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void set(std::shared_ptr<const T> value) {
    const std::lock_guard lock(mutex_);
    value_.swap(value);  // the old one dies outside the lock
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace signalbox
