// SPDX-License-Identifier: Apache-2.0
// The x-signalbox-* hints of a request, from its headers and its body's metadata; headers win. Internal to dialect/.
#pragma once
#include <string_view>

#include "base/json_doc.h"
#include "domain/request.h"
#include "http/message.h"

namespace signalbox::dialect {

[[nodiscard]] bool isHintName(std::string_view name);
// Whether a request's metadata has members that are not meant for the router.
[[nodiscard]] bool saysMoreThanHints(JsonDoc::Node metadata);
// InvalidRequest, with the hint's name as `param`, when a value cannot be read.
[[nodiscard]] Result<domain::Hints> readHints(const http::Headers& headers, JsonDoc::Node metadata);

}  // namespace signalbox::dialect
