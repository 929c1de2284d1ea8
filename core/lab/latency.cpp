// SPDX-License-Identifier: Apache-2.0
#include "lab/latency.h"

#include <charconv>

#include "base/strings.h"

namespace signalbox::lab {
namespace {

constexpr double kZ99 = 2.3263478740408408;

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value) || value < 0) return std::nullopt;
  return value;
}

Duration milliseconds(double ms) { return Duration(static_cast<std::int64_t>(ms * 1e6)); }

}  // namespace

Duration Latency::firstToken(Random& random) const {
  if (ttft_p50_ms <= 0) return {};
  const double sigma = std::log(ttft_p99_ms / ttft_p50_ms) / kZ99;
  return milliseconds(ttft_p50_ms * std::exp(sigma * random.normal()));
}

Duration Latency::perToken() const { return tokens_per_s > 0 ? milliseconds(1e3 / tokens_per_s) : Duration{}; }

Result<Latency> parseTtft(std::string_view text) {
  const auto parts = split(text, ',');
  const auto p50 = number(trim(parts.front()));
  const auto p99 = parts.size() == 2 ? number(trim(parts.back())) : std::nullopt;
  if (!p50 || !p99 || *p99 < *p50 || *p99 > 3'600'000 || (*p50 == 0 && *p99 > 0)) {
    return fail(ErrorCode::InvalidInput, "must be P50,P99 in milliseconds with 0 < P50 ≤ P99, or 0,0 for no waiting");
  }
  return Latency{*p50, *p99, 0};
}

}  // namespace signalbox::lab
