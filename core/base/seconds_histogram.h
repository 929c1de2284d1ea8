// SPDX-License-Identifier: Apache-2.0
// Counts of durations in fixed buckets, as Prometheus takes them. add() is lock-free and for any thread; a reader sees the counts
// of some moment between its first and its last look.
#pragma once
#include <atomic>
#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace signalbox {

class SecondsHistogram {
 public:
  // `bounds` are the buckets' upper ends in seconds, rising; a last bucket takes what is longer.
  explicit SecondsHistogram(std::vector<double> bounds);
  void add(double seconds);
  void add(Duration duration) { add(std::chrono::duration<double>(duration).count()); }

  [[nodiscard]] const std::vector<double>& bounds() const { return bounds_; }
  // One count a bucket, the last one's included.
  [[nodiscard]] std::vector<std::uint64_t> counts() const;
  [[nodiscard]] double sum() const { return static_cast<double>(nanos_.load(std::memory_order_relaxed)) / 1e9; }

 private:
  const std::vector<double> bounds_;
  std::vector<std::atomic<std::uint64_t>> counts_;
  std::atomic<std::uint64_t> nanos_{0};
};

}  // namespace signalbox
