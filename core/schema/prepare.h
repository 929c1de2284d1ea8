// SPDX-License-Identifier: Apache-2.0
// Makes a schema safe for the library: every place that is a schema is visited, what could hang or crash is refused, and
// `pattern` and `format` are replaced by a keyword of our own. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "schema/text_rule.h"

namespace signalbox::schema {

inline constexpr int kMaxDepth = 64;
// Our keywords in the prepared schema. kTextRule: index into Prepared::rules. kStep: counts work against a budget.
inline constexpr const char* kTextRule = "x-signalbox-text-rule";
inline constexpr const char* kStep = "x-signalbox-step";

struct Prepared {
  Json schema;
  std::vector<TextRule> rules;
};

// InvalidInput, with the JSON pointer of the place in `param`.
[[nodiscard]] Result<Prepared> prepare(const Json& schema);
// Whole numbers written as floating point ("3.0") become integers, which they are by the specification but not to the library.
// nullopt when there are none.
[[nodiscard]] std::optional<Json> withWholeNumbers(const Json& value);
// Whether no value is nested deeper than `most`. Does not recurse, so that any depth can be asked about.
[[nodiscard]] bool isNoDeeperThan(const Json& value, int most);

}  // namespace signalbox::schema
