// SPDX-License-Identifier: Apache-2.0
// How long a simulated model takes: a log-normal time to the first token, then a steady rate. A pure value.
#pragma once
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "lab/random.h"

namespace signalbox::lab {

struct Latency {
  double ttft_p50_ms = 0;   // 0: no waiting
  double ttft_p99_ms = 0;   // ≥ p50
  double tokens_per_s = 0;  // 0: all at once

  // Log-normal with these two percentiles: μ = ln p50, σ = ln(p99/p50) / z(0.99).
  [[nodiscard]] Duration firstToken(Random& random) const;
  [[nodiscard]] Duration perToken() const;
};

// "P50,P99" in milliseconds. InvalidInput says what is allowed.
[[nodiscard]] Result<Latency> parseTtft(std::string_view text);

}  // namespace signalbox::lab
