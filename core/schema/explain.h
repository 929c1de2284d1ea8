// SPDX-License-Identifier: Apache-2.0
// Words for people: why a value that the library refused is refused, in terms of the schema's common keywords. The verdict is
// the library's; this only says why. Pure.
#pragma once
#include <vector>

#include "base/json.h"
#include "schema/validator.h"

namespace signalbox::schema {

// In document order of the schema's properties. May be empty where the reason lies in a keyword that is not worded.
// A schema may carry "x-allowed", a phrase that says what is allowed there; it is preferred to a generated one.
[[nodiscard]] std::vector<Violation> explain(const Json& schema, const Json& value);

}  // namespace signalbox::schema
