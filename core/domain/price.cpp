// SPDX-License-Identifier: Apache-2.0
#include "domain/price.h"

#include <algorithm>

namespace signalbox::domain {
namespace {

// The tier's price of a plain token over the standard one.
double factorOf(std::optional<double> tiers, double standard) { return tiers && standard > 0 ? *tiers / standard : 1; }

}  // namespace

bool pricesTier(const Price& price, ServiceTier tier) {
  if (tier == ServiceTier::Batch) return price.batch_input && price.batch_output;
  return tier == ServiceTier::Standard || (price.priority_input && price.priority_output);
}

std::optional<double> costUsd(const Usage& usage, const Price& price) {
  if (usage.source == UsageSource::None) return std::nullopt;
  if (usage.web_searches > 0 && !price.web_search) return std::nullopt;
  // Parts are taken out of their whole one after the other: a provider that reports more of them than there is pays none twice, and
  // none makes the plain rest negative.
  std::int64_t plain = usage.input, said = usage.output;
  const auto part = [](std::int64_t count, std::int64_t& rest) {
    const auto taken = std::clamp<std::int64_t>(count, 0, rest);
    rest -= taken;
    return static_cast<double>(taken);
  };
  const std::int64_t long_writes = std::min(usage.cache_write_1h, usage.cache_write);
  double in = part(usage.cached_input, plain) * price.cached_input.value_or(price.input);
  in += part(long_writes, plain) * price.cache_write_1h.value_or(2 * price.input);
  in += part(usage.cache_write - std::max<std::int64_t>(long_writes, 0), plain) * price.cache_write.value_or(price.input);
  in += part(usage.audio_input, plain) * price.audio_input.value_or(price.input);
  in += static_cast<double>(plain) * price.input;
  double out = part(usage.audio_output, said) * price.audio_output.value_or(price.output);
  out += part(usage.reasoning, said) * price.reasoning.value_or(price.output);
  out += static_cast<double>(said) * price.output;
  if (usage.tier != ServiceTier::Standard && pricesTier(price, usage.tier)) {
    const bool batch = usage.tier == ServiceTier::Batch;
    in *= factorOf(batch ? price.batch_input : price.priority_input, price.input);
    out *= factorOf(batch ? price.batch_output : price.priority_output, price.output);
  }
  return in + out + static_cast<double>(usage.web_searches) * price.web_search.value_or(0);
}

}  // namespace signalbox::domain
