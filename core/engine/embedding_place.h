// SPDX-License-Identifier: Apache-2.0
// Where embeddings are made. Vectors of different models cannot be compared, so that there is one model for all of them. Pure.
#pragma once
#include <optional>

#include "config/config.h"

namespace signalbox::engine {

// A tier of all deployments of that one model: the first marked `embeddings: true` in the tiers' order, else the first so marked
// that is in no tier, else the first in any tier. Within `asked` alone where a tier was asked for by name. Only upstreams whose API
// has embeddings are looked at; nullopt where there is none.
[[nodiscard]] std::optional<domain::Tier> embeddingPlace(const config::Config& config, const domain::Tier* asked);

}  // namespace signalbox::engine
