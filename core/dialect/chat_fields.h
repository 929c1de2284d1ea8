// SPDX-License-Identifier: Apache-2.0
// What the specification says about the types of a chat request's members. Internal to dialect/.
#pragma once
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json_doc.h"
#include "dialect/field_types.h"

namespace signalbox::dialect {

// InvalidRequest, with the member's name as `param`, when `member` has a type that the specification does not allow. Members
// that it does not know are fine. Null stands for "not given".
[[nodiscard]] Result<void> checkField(std::string_view name, JsonDoc::Node member);

// The messages' shapes: objects with a role, and content that is a string or an array of typed parts.
[[nodiscard]] Result<void> checkMessage(JsonDoc::Node message, std::size_t index);

}  // namespace signalbox::dialect
