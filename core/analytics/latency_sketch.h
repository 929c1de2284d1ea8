// SPDX-License-Identifier: Apache-2.0
// A histogram of durations with logarithmic bins: any quantile is within 1% of an exact one, and two of them merge without loss.
// Some hundred bytes for a second's traffic, some kilobytes for a month's.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

namespace signalbox::analytics {

class LatencySketch {
 public:
  void add(double ms);
  void merge(const LatencySketch& other);
  // The value of rank ⌈q n⌉; nullopt when empty.
  [[nodiscard]] std::optional<double> quantile(double q) const;
  [[nodiscard]] std::int64_t count() const { return count_; }

 private:
  struct Bin {
    std::int32_t key;
    std::uint32_t count;
  };
  std::vector<Bin> bins_;  // by key
  std::int64_t count_ = 0;
};

}  // namespace signalbox::analytics
