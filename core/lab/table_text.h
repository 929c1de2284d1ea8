// SPDX-License-Identifier: Apache-2.0
// Figures as the tables of commands show them: value, 95% interval, count. Unknown is a dash, never a zero. Pure.
#pragma once
#include <cstdint>
#include <string>

#include "base/json.h"
#include "domain/metrics.h"

namespace signalbox::lab {

[[nodiscard]] std::string grouped(std::int64_t n);  // 12,345
// As wide as `width` characters on a terminal (bytes are not characters).
[[nodiscard]] std::string padded(std::string text, std::size_t width, bool right);

using Format = std::string (*)(double);
[[nodiscard]] std::string percent(double value);       // 0.123 → "12.3 %"
[[nodiscard]] std::string milliseconds(double value);
[[nodiscard]] std::string dollars(double value);

[[nodiscard]] std::string valueOf(const domain::Estimate& e, Format format);
[[nodiscard]] std::string intervalOf(const domain::Estimate& e, Format format);  // "[lo, hi]"
[[nodiscard]] std::string estimateLine(const std::string& name, const domain::Estimate& e, Format format);
[[nodiscard]] std::string estimateHeader();

// {value, lo, hi, n}; null when unknown.
[[nodiscard]] Json estimateJson(const domain::Estimate& e);

}  // namespace signalbox::lab
