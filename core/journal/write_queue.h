// SPDX-License-Identifier: Apache-2.0
// What the journal's thread has to do, in two lanes: rows, bounded and gathered into groups, and changes, which go ahead of them
// at once. Producers never wait. Any thread pushes, one takes.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "domain/event.h"

namespace signalbox::journal {

class Store;

// An acknowledged change: run inside the transaction, settled after its commit.
struct Change {
  // A refusal is kept for settle(); an error returned here is the store's and undoes the whole transaction.
  std::function<Result<void>(Store&)> run;
  std::function<void(const Result<void>& committed)> settle;
};

struct Row {
  domain::CommittedDecision content;
  SteadyTime since;
};

class WriteQueue {
 public:
  struct Limits {
    std::size_t rows, group;
    Duration wait;
  };
  struct Work {
    std::vector<std::unique_ptr<Row>> rows;
    std::vector<Change> changes;
    bool closed = false;
  };
  explicit WriteQueue(Limits limits) : limits_(limits) {}

  // False when the rows not yet committed reach the limit; counted. Leaves `row` where it was then.
  bool push(std::unique_ptr<Row>& row) {
    if (pending_.load(std::memory_order_relaxed) >= limits_.rows) return drop();
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return drop();
      pending_.fetch_add(1, std::memory_order_relaxed);
      rows_.push_back(std::move(row));
      ++pushed_;
      wake = rows_.size() == 1 || rows_.size() == limits_.group;
    }
    if (wake) ready_.notify_one();
    return true;
  }
  // False when closed.
  bool push(Change change) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return false;
      changes_.push_back(std::move(change));
    }
    ready_.notify_one();
    return true;
  }

  // Waits for a change, a full group or the end of a group's time, at most for `patience`; `busy`: not at all.
  Work take(bool busy, Duration patience) {
    std::unique_lock lock(mutex_);
    const SteadyTime end = steadyNow() + patience;
    while (!busy && !closed_ && !hurry_ && changes_.empty() && rows_.size() < limits_.group) {
      const SteadyTime due = rows_.empty() ? end : std::min(end, rows_.front()->since + limits_.wait);
      if (steadyNow() >= due) break;
      ready_.wait_until(lock, due);
    }
    Work work;
    work.closed = closed_;
    work.changes.swap(changes_);
    const bool due = !rows_.empty() &&
        (busy || closed_ || hurry_ || rows_.size() >= limits_.group || rows_.front()->since + limits_.wait <= steadyNow());
    if (due) work.rows.swap(rows_);
    hurry_ = false;
    return work;
  }
  [[nodiscard]] bool changesWait() const {
    const std::lock_guard lock(mutex_);
    return !changes_.empty();
  }
  // Rows are committed, or given up.
  void settled(std::size_t rows) {
    pending_.fetch_sub(rows, std::memory_order_relaxed);
    {
      const std::lock_guard lock(mutex_);
      settled_ += rows;
    }
    progress_.notify_all();
  }
  // Waits until every row pushed so far is settled, or `hopeless` says that it will not be.
  void flush(const std::function<bool()>& hopeless) {
    std::unique_lock lock(mutex_);
    const std::uint64_t target = pushed_;
    while (settled_ < target && !hopeless()) {
      hurry_ = true;
      ready_.notify_one();
      progress_.wait_for(lock, std::chrono::milliseconds(20));
    }
  }
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    ready_.notify_all();
  }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }
  void addDropped(std::uint64_t rows) { dropped_.fetch_add(rows, std::memory_order_relaxed); }
  [[nodiscard]] std::optional<SteadyTime> oldest() const {
    const std::lock_guard lock(mutex_);
    return rows_.empty() ? std::nullopt : std::optional(rows_.front()->since);
  }

 private:
  bool drop() {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }

  const Limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable ready_, progress_;
  std::vector<std::unique_ptr<Row>> rows_;
  std::vector<Change> changes_;
  std::uint64_t pushed_ = 0, settled_ = 0;
  bool closed_ = false, hurry_ = false;
  std::atomic<std::size_t> pending_{0};
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace signalbox::journal
