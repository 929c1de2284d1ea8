// SPDX-License-Identifier: Apache-2.0
// The built-in prices: data with its date and source, compiled in from resources/prices/. Immutable.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "domain/price.h"

namespace signalbox::config {

// By exact id, then without its date suffix; `provider` (openai, anthropic, …; may be empty) tells equal ids apart.
// nullopt: unknown, which is not zero.
[[nodiscard]] std::optional<domain::Price> builtInPrice(std::string_view provider, std::string_view model);
[[nodiscard]] std::size_t priceTableSize();   // models
// Whether both cost the same, wherever their figures are from.
[[nodiscard]] bool sameFigures(domain::Price a, const domain::Price& b);

}  // namespace signalbox::config
