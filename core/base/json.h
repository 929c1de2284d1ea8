// SPDX-License-Identifier: Apache-2.0
// The one JSON value type, for configuration, documents and the control plane. The data path reads requests and answers
// with json_doc.h, which keeps the source bytes.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/error.h"

namespace signalbox {

using Json = nlohmann::json;

// Parses UTF-8 text with the limits of reliability (depth 64, 10k keys, no duplicate keys), before nlohmann-json sees it:
// its own recursion overflows the stack on deep input.
[[nodiscard]] Result<Json> parseJson(std::string_view text);

// JSON text for people and wires: on one line, or with `indent` spaces a level. It never fails: what is not UTF-8 is written
// as U+FFFD, so that a stranger's broken bytes cost one character and not the whole answer.
[[nodiscard]] std::string jsonText(const Json& value, int indent = -1);

// RFC 8785 canonical text: sorted keys, shortest numbers. What hashes are taken over.
[[nodiscard]] std::string canonicalJson(const Json& value);

}  // namespace signalbox
