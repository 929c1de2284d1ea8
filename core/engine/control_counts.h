// SPDX-License-Identifier: Apache-2.0
// Control connections that were cut off: counted for /metrics, and told in the log. Thread-safe.
#pragma once
#include <atomic>
#include <cstdint>
#include <string_view>

#include "base/rarely.h"
#include "engine/metrics_text.h"

namespace signalbox::engine {

class ControlCounts {
 public:
  enum class Cut { Flood, Unread, Revoked };

  void throttled() { throttled_.fetch_add(1, std::memory_order_relaxed); }
  // The log has one line in ten seconds at most: whoever comes back at once must not fill it.
  void cut(Cut why, std::string_view token_name, SteadyTime now);
  void text(MetricsText& out) const;

 private:
  std::atomic<std::uint64_t> throttled_{0}, flood_{0}, unread_{0}, revoked_{0};
  Rarely told_;
};

}  // namespace signalbox::engine
