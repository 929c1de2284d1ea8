// SPDX-License-Identifier: Apache-2.0
// What became of traces, for /metrics. Written by the exporter's thread and by workers, read by any.
#pragma once
#include <atomic>
#include <cstdint>

#include "engine/metrics_text.h"

namespace signalbox::engine {

struct TraceCounts {
  std::atomic<std::uint64_t> exported{0};
  std::atomic<std::uint64_t> queue_full{0};  // found no room
  std::atomic<std::uint64_t> not_taken{0};   // the collector would not take them, or not in time

  void text(MetricsText& out) const {
    const auto value = [](const std::atomic<std::uint64_t>& count) { return static_cast<double>(count.load(std::memory_order_relaxed)); };
    out.counter("signalbox_traces_exported_total", "Traces that the collector took.", value(exported));
    out.describe("signalbox_traces_dropped_total", "counter", "Traces that did not reach the collector, by why.");
    out.sample(MetricsText::label("reason", "queue_full"), value(queue_full));
    out.sample(MetricsText::label("reason", "not_taken"), value(not_taken));
  }
};

}  // namespace signalbox::engine
