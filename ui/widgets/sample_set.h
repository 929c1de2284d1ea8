// SPDX-License-Identifier: GPL-3.0-only
// Samples over time with a pyramid of minimum, maximum and mean, so that any window of any length is drawn from a few
// thousand numbers and no extreme is ever skipped. Immutable and shared between threads.
#pragma once
#include <QtGlobal>
#include <limits>
#include <memory>
#include <span>
#include <vector>

namespace signalbox::ui {

inline constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

// What lies in one column of the picture. n = samples with a value; 0 = none, and then the rest means nothing.
struct Column {
  double min = 0, max = 0, mean = 0, last = 0;
  qint64 n = 0;
  bool gap = false;  // a sample without a value lies in it
};

class SampleSet {
 public:
  // Times are microseconds since 1970 UTC. NaN and infinities are gaps.
  // REQUIRES: times ascend; both are of one length.
  SampleSet(std::vector<qint64> times, std::vector<double> values);
  // The same with an interval around each value; where lo or hi is NaN there is none.
  SampleSet(std::vector<qint64> times, std::vector<double> values, std::vector<double> lo, std::vector<double> hi);

  [[nodiscard]] std::size_t size() const { return times_.size(); }
  [[nodiscard]] bool empty() const { return times_.empty(); }
  [[nodiscard]] std::span<const qint64> times() const { return times_; }
  [[nodiscard]] std::span<const double> values() const { return values_; }
  [[nodiscard]] std::span<const double> lo() const { return lo_; }  // empty = no intervals
  [[nodiscard]] std::span<const double> hi() const { return hi_; }

  // The first sample at or after t, and the one nearest to t. size() when there is none.
  [[nodiscard]] std::size_t lowerBound(qint64 t) const;
  [[nodiscard]] std::size_t nearest(qint64 t) const;
  // Everything in samples [first, last), in O(log).
  [[nodiscard]] Column columnOf(std::size_t first, std::size_t last) const;

 private:
  struct Node {
    double min, max, sum;
    quint32 n;
    bool gap;
  };
  void build();
  [[nodiscard]] static Node join(const Node& a, const Node& b);
  [[nodiscard]] Node leaf(std::size_t index) const;

  std::vector<qint64> times_;
  std::vector<double> values_, lo_, hi_;
  std::vector<std::vector<Node>> levels_;
};

using Samples = std::shared_ptr<const SampleSet>;

}  // namespace signalbox::ui
