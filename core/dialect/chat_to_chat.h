// SPDX-License-Identifier: Apache-2.0
// Chat completions for a client of chat completions: bytes stay as they came, and what must change is edited in place.
// Internal to dialect/.
#pragma once
#include <memory>

#include "dialect/translation.h"

namespace signalbox::dialect {

[[nodiscard]] std::unique_ptr<Translation> chatToChat(const Additions& add);

}  // namespace signalbox::dialect
