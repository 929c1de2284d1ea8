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
  std::optional<double> batch_input{};   // what the provider takes for batches, which do not go through the router
  std::optional<double> batch_output{};
  friend bool operator==(const Price&, const Price&) = default;
};

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
};

// Σ tokens × price; each token priced once: parts are taken out of their whole first. nullopt when the usage is unknown.
[[nodiscard]] std::optional<double> costUsd(const Usage& usage, const Price& price);

}  // namespace signalbox::domain
