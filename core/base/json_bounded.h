// SPDX-License-Identifier: Apache-2.0
// parseJson() with other limits, for texts that are bounded in another way.
#pragma once
#include "base/json.h"
#include "base/json_doc.h"

namespace signalbox {

[[nodiscard]] Result<Json> parseJson(std::string_view text, JsonLimits limits);

}  // namespace signalbox
