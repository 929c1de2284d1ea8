// SPDX-License-Identifier: Apache-2.0
// Prices and token counts, and the one formula that joins them. Unknown is nullopt and never zero.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "domain/vocabulary.h"

namespace signalbox::domain {

// US dollars per token.
struct Price {
  double input = 0;
  double output = 0;
  std::optional<double> cached_input;  // unset: charged as input
  std::optional<double> cache_write;   // unset: charged as input
  std::string source;                  // where the figure is from, with its date
  std::optional<double> reasoning{};     // unset: charged as output
  std::optional<double> audio_input{};   // unset: charged as input, and output
  std::optional<double> audio_output{};
  std::optional<double> batch_input{};   // of ServiceTier::Batch; parts change as their whole does
  std::optional<double> batch_output{};
  std::optional<double> priority_input{};   // of ServiceTier::Priority
  std::optional<double> priority_output{};
  std::optional<double> cache_write_1h{};   // unset: twice the input, the rule of the one provider that counts them apart
  std::optional<double> web_search{};       // of one search, not of a token
  friend bool operator==(const Price&, const Price&) = default;
};

// How the provider says it did the work. Batch: later and cheaper, whatever it calls that (flex, batch).
enum class ServiceTier : std::uint8_t { Standard, Batch, Priority };

// Tokens of one attempt. `cached_input`, `cache_write` and `audio_input` are parts of `input`, `reasoning` and `audio_output` of `output`.
struct Usage {
  std::int64_t input = 0;
  std::int64_t output = 0;
  std::int64_t cached_input = 0;
  std::int64_t cache_write = 0;
  std::int64_t reasoning = 0;
  UsageSource source = UsageSource::None;
  std::int64_t audio_input = 0;
  std::int64_t audio_output = 0;
  std::int64_t cache_write_1h = 0;  // a part of `cache_write`
  std::int64_t web_searches = 0;    // that the provider ran, and takes money for beside the tokens
  ServiceTier tier = ServiceTier::Standard;
};

// Σ tokens × price; each token priced once: parts are taken out of their whole first. nullopt when the usage is unknown, or holds
// searches whose price is. A tier whose price is unknown costs what the standard one does; see pricesTier().
[[nodiscard]] std::optional<double> costUsd(const Usage& usage, const Price& price);
// Whether the price says what this tier costs; where it does not, a cost is an estimate.
[[nodiscard]] bool pricesTier(const Price& price, ServiceTier tier);

}  // namespace signalbox::domain
