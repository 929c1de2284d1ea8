// SPDX-License-Identifier: Apache-2.0
// Keys that upstreams are asked with. One that is refused with 401 is not used any more; with 403, not for that model any more. One
// request is let through after 30 s x n, 300 s at most, to see whether that still holds. Time is an argument. Thread-safe.
#pragma once
#include <algorithm>
#include <atomic>
#include <mutex>

#include "upstream/breaker.h"

namespace signalbox::upstream {

class Credential {
 public:
  [[nodiscard]] Breaker::Pass admit(SteadyTime now) {
    if (!disabled()) return Breaker::Pass::Normal;
    const std::lock_guard lock(mutex_);
    return trials_.admit(now, false);
  }
  void accepted(Breaker::Pass pass) {
    if (!worked_.load(std::memory_order_relaxed)) worked_.store(true, std::memory_order_relaxed);
    if (in_a_row_.load(std::memory_order_relaxed) != 0) in_a_row_.store(0, std::memory_order_relaxed);
    if (pass != Breaker::Pass::Trial) return;
    const std::lock_guard lock(mutex_);
    trials_ = Breaker();
    disabled_.store(false, std::memory_order_relaxed);
  }
  // True: it was in use until now. Where it has worked, so many refusals in a row as are `needed` end that.
  bool refused(Breaker::Pass pass, SteadyTime now, int needed = 1) {
    const std::lock_guard lock(mutex_);
    const int in_a_row = in_a_row_.fetch_add(1, std::memory_order_relaxed) + 1;
    if (!disabled() && worked_.load(std::memory_order_relaxed) && in_a_row < needed) return false;
    worked_.store(false, std::memory_order_relaxed);
    const bool before = disabled_.exchange(true, std::memory_order_relaxed);
    if (before) trials_.failed(pass, now, Breaker::Failure::Plain);
    else trials_.open(now);
    return !before;
  }
  void left(Breaker::Pass pass, SteadyTime now) {
    if (pass != Breaker::Pass::Trial) return;
    const std::lock_guard lock(mutex_);
    trials_.left(pass, now);
  }
  [[nodiscard]] bool disabled() const { return disabled_.load(std::memory_order_relaxed); }
  [[nodiscard]] Duration wait(SteadyTime now) const {
    const std::lock_guard lock(mutex_);
    return trials_.wait(now, false);
  }

 private:
  mutable std::mutex mutex_;
  Breaker trials_;
  std::atomic<bool> disabled_{false}, worked_{false};
  std::atomic<int> in_a_row_{0};
};

// How a request was let past a key and what it may do.
struct Entry {
  Breaker::Pass key = Breaker::Pass::Normal, model = Breaker::Pass::Normal;
  [[nodiscard]] bool open() const { return key != Breaker::Pass::No && model != Breaker::Pass::No; }
  [[nodiscard]] bool trial() const { return key == Breaker::Pass::Trial || model == Breaker::Pass::Trial; }
};

// The key of a deployment, and its right to the model. Providers say 403 also of one request whose words they do not want: where others
// have been answered, one alone takes the model from nobody.
class KeyForModel {
 public:
  static constexpr int kInARow = 3;

  KeyForModel(Credential& key, Credential& model) : key_(key), model_(model) {}
  [[nodiscard]] Entry admit(SteadyTime now) {
    Entry entry{key_.admit(now)};
    if (!entry.open()) return entry;
    entry.model = model_.admit(now);
    if (!entry.open()) key_.left(entry.key, now);
    return entry;
  }
  void accepted(Entry entry) {
    key_.accepted(entry.key);
    model_.accepted(entry.model);
  }
  // True: the key, or its right to the model, was in use until now.
  bool refused(Entry entry, int status, SteadyTime now) {
    constexpr int kForbidden = 403;
    if (status == kForbidden) {
      key_.accepted(entry.key);
      return model_.refused(entry.model, now, kInARow);
    }
    model_.left(entry.model, now);
    return key_.refused(entry.key, now);
  }
  void left(Entry entry, SteadyTime now) {
    key_.left(entry.key, now);
    model_.left(entry.model, now);
  }
  [[nodiscard]] bool disabled() const { return key_.disabled() || model_.disabled(); }
  [[nodiscard]] Duration wait(SteadyTime now) const { return std::max(key_.wait(now), model_.wait(now)); }

 private:
  Credential& key_;
  Credential& model_;
};

}  // namespace signalbox::upstream
