// SPDX-License-Identifier: Apache-2.0
// Images and files as addresses, or as data within them: data:TYPE;base64,… Internal to dialect/.
#pragma once
#include <string>
#include <string_view>

#include "dialect/conversation.h"

namespace signalbox::dialect {

// Sets url, or media_type and data where `url` holds the data itself.
void readUrl(std::string_view url, Part& part);
// The other way round; empty where the part has neither.
[[nodiscard]] std::string urlOf(const Part& part);

}  // namespace signalbox::dialect
