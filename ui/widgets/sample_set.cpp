// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/sample_set.h"

#include <algorithm>
#include <cmath>

namespace signalbox::ui {
namespace {

constexpr std::size_t kFan = 16;  // samples or nodes under one node

}  // namespace

SampleSet::SampleSet(std::vector<qint64> times, std::vector<double> values) : times_(std::move(times)), values_(std::move(values)) {
  build();
}

SampleSet::SampleSet(std::vector<qint64> times, std::vector<double> values, std::vector<double> lo, std::vector<double> hi)
    : times_(std::move(times)), values_(std::move(values)), lo_(std::move(lo)), hi_(std::move(hi)) {
  build();
}

SampleSet::Node SampleSet::join(const Node& a, const Node& b) {
  if (a.n == 0) return {b.min, b.max, b.sum, b.n, a.gap || b.gap};
  if (b.n == 0) return {a.min, a.max, a.sum, a.n, a.gap || b.gap};
  return {std::min(a.min, b.min), std::max(a.max, b.max), a.sum + b.sum, a.n + b.n, a.gap || b.gap};
}

SampleSet::Node SampleSet::leaf(std::size_t index) const {
  const double v = values_[index];
  return std::isfinite(v) ? Node{v, v, v, 1, false} : Node{0, 0, 0, 0, true};
}

void SampleSet::build() {
  values_.resize(times_.size(), kNoValue);
  if (!lo_.empty()) lo_.resize(times_.size(), kNoValue), hi_.resize(times_.size(), kNoValue);
  std::size_t below = values_.size();
  while (below > kFan) {
    const bool first = levels_.empty();
    const std::size_t count = (below + kFan - 1) / kFan;
    std::vector<Node> level(count);
    for (std::size_t i = 0; i < count; ++i) {
      Node node{0, 0, 0, 0, false};
      const std::size_t end = std::min(below, (i + 1) * kFan);
      for (std::size_t j = i * kFan; j < end; ++j) node = join(node, first ? leaf(j) : levels_.back()[j]);
      level[i] = node;
    }
    levels_.push_back(std::move(level));
    below = count;
  }
}

std::size_t SampleSet::lowerBound(qint64 t) const {
  return static_cast<std::size_t>(std::lower_bound(times_.begin(), times_.end(), t) - times_.begin());
}

std::size_t SampleSet::nearest(qint64 t) const {
  const std::size_t after = lowerBound(t);
  if (after == times_.size()) return times_.empty() ? after : after - 1;
  if (after == 0) return 0;
  return times_[after] - t < t - times_[after - 1] ? after : after - 1;
}

Column SampleSet::columnOf(std::size_t first, std::size_t last) const {
  last = std::min(last, values_.size());
  Node total{0, 0, 0, 0, false};
  std::size_t i = first;
  while (i < last) {
    // The highest node that begins here and ends within the column.
    std::size_t level = 0, width = 1;
    while (level < levels_.size() && i % (width * kFan) == 0 && i + width * kFan <= last) width *= kFan, ++level;
    total = join(total, level == 0 ? leaf(i) : levels_[level - 1][i / width]);
    i += width;
  }
  Column column{total.min, total.max, total.n > 0 ? total.sum / total.n : 0, 0, total.n, total.gap};
  for (std::size_t j = last; j > first && total.n > 0; --j)
    if (std::isfinite(values_[j - 1])) {
      column.last = values_[j - 1];
      break;
    }
  return column;
}

}  // namespace signalbox::ui
