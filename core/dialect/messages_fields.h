// SPDX-License-Identifier: Apache-2.0
// What Anthropic's specification says about the types of a request's members. Internal to dialect/.
#pragma once
#include <string_view>

#include "base/error.h"
#include "base/json_doc.h"

namespace signalbox::dialect {

// InvalidRequest, with `param`, when a member of the request has a type that it must not have.
[[nodiscard]] Result<void> checkMessagesField(std::string_view name, JsonDoc::Node member);
// A message: its role, and content that is a string or an array of blocks.
[[nodiscard]] Result<void> checkMessagesMessage(JsonDoc::Node message, std::size_t index);
// A list of blocks: each an object with a type, and what that type cannot do without.
[[nodiscard]] Result<void> checkBlocks(JsonDoc::Node blocks, const std::string& where);

}  // namespace signalbox::dialect
