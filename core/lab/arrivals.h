// SPDX-License-Identifier: Apache-2.0
// When requests came in a recorded trace, and how large they were: Azure's CSV (TIMESTAMP, ContextTokens, GeneratedTokens) and
// Mooncake's JSON Lines (timestamp in ms, input_length, output_length).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "lab/data_lines.h"

namespace signalbox::lab {

struct Arrival {
  Duration at{};  // since the first one
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
};

struct Arrivals {
  std::vector<Arrival> all;  // in order of time
  std::vector<BadLine> skipped;
};

// The format is told by the first line. Bad lines fail the whole, unless `skip_bad`.
[[nodiscard]] Result<Arrivals> readArrivals(const std::string& file, bool skip_bad);
[[nodiscard]] Result<Arrivals> parseArrivals(std::string_view text, const std::string& file, bool skip_bad);

}  // namespace signalbox::lab
