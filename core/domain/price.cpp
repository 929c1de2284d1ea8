// SPDX-License-Identifier: Apache-2.0
#include "domain/price.h"

#include <algorithm>

namespace signalbox::domain {

std::optional<double> costUsd(const Usage& usage, const Price& price) {
  if (usage.source == UsageSource::None) return std::nullopt;
  // A provider that reports more cached tokens than input tokens must not make the plain part negative.
  const auto cached = std::clamp<std::int64_t>(usage.cached_input, 0, usage.input);
  const auto written = std::clamp<std::int64_t>(usage.cache_write, 0, usage.input - cached);
  const auto plain = usage.input - cached - written;
  return static_cast<double>(plain) * price.input + static_cast<double>(cached) * price.cached_input.value_or(price.input) +
         static_cast<double>(written) * price.cache_write.value_or(price.input) +
         static_cast<double>(usage.output) * price.output;
}

}  // namespace signalbox::domain
