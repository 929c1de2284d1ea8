// SPDX-License-Identifier: Apache-2.0
#include "domain/price.h"

#include <algorithm>

namespace signalbox::domain {

std::optional<double> costUsd(const Usage& usage, const Price& price) {
  if (usage.source == UsageSource::None) return std::nullopt;
  // Parts are taken out of their whole one after the other: a provider that reports more of them than there is pays none twice, and
  // none makes the plain rest negative.
  std::int64_t plain = usage.input, said = usage.output;
  const auto part = [](std::int64_t count, std::int64_t& rest) {
    const auto taken = std::clamp<std::int64_t>(count, 0, rest);
    rest -= taken;
    return static_cast<double>(taken);
  };
  double usd = part(usage.cached_input, plain) * price.cached_input.value_or(price.input);
  usd += part(usage.cache_write, plain) * price.cache_write.value_or(price.input);
  usd += part(usage.audio_input, plain) * price.audio_input.value_or(price.input);
  usd += part(usage.audio_output, said) * price.audio_output.value_or(price.output);
  usd += part(usage.reasoning, said) * price.reasoning.value_or(price.output);
  return usd + static_cast<double>(plain) * price.input + static_cast<double>(said) * price.output;
}

}  // namespace signalbox::domain
