// SPDX-License-Identifier: Apache-2.0
// The prices that a model may have beside those of its input and output, by their names in signalbox.yaml and in LiteLLM's lists: the
// one list from which they are read and written. Internal to config/.
#pragma once
#include <array>
#include <optional>
#include <string_view>

#include "domain/price.h"

namespace signalbox::config {

struct PriceField {
  std::string_view key;
  std::string_view litellm;
  std::optional<double> domain::Price::* field;
};

inline constexpr std::array<PriceField, 10> kPriceFields{{
    {"cached-input", "cache_read_input_token_cost", &domain::Price::cached_input},
    {"cache-write", "cache_creation_input_token_cost", &domain::Price::cache_write},
    {"cache-write-1h", "cache_creation_input_token_cost_above_1hr", &domain::Price::cache_write_1h},
    {"reasoning", "output_cost_per_reasoning_token", &domain::Price::reasoning},
    {"audio-input", "input_cost_per_audio_token", &domain::Price::audio_input},
    {"audio-output", "output_cost_per_audio_token", &domain::Price::audio_output},
    {"batch-input", "input_cost_per_token_batches", &domain::Price::batch_input},
    {"batch-output", "output_cost_per_token_batches", &domain::Price::batch_output},
    {"priority-input", "input_cost_per_token_priority", &domain::Price::priority_input},
    {"priority-output", "output_cost_per_token_priority", &domain::Price::priority_output},
}};
// LiteLLM's names for what costs as much as a batch, of input and output.
inline constexpr std::array<std::string_view, 2> kFlexPrices{"input_cost_per_token_flex", "output_cost_per_token_flex"};
// Beside these: of a thousand searches, as their providers name it, whatever the tokens' prices are per.
inline constexpr std::string_view kWebSearchKey = "web-search";

}  // namespace signalbox::config
