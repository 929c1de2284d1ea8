// SPDX-License-Identifier: Apache-2.0
// A filter over decisions: all conditions must hold. The same value compiles to SQL in journal/ and is tested in memory for
// live tails. Fields are the record's names, and `text`, which searches id, reason, model, error and kept text.
#pragma once
#include <string>
#include <vector>

#include "base/json.h"

namespace signalbox::domain {

struct Decision;

struct Condition {
  enum class Op : std::uint8_t { AnyOf, NoneOf, Ge, Gt, Le, Lt, Contains };
  std::string field;
  Op op = Op::AnyOf;
  std::vector<Json> values;  // null means "unknown"; exactly one for the comparing operators
  friend bool operator==(const Condition&, const Condition&) = default;
};

struct Where {
  std::vector<Condition> all;
  friend bool operator==(const Where&, const Where&) = default;
};

// {FIELD: value | [any, of] | {not: […]} | {ge|gt|le|lt: x} | {contains: s}}; InvalidInput names the field.
[[nodiscard]] Result<Where> whereFromJson(const Json& json);
[[nodiscard]] Json whereToJson(const Where& where);
[[nodiscard]] bool matches(const Where& where, const Decision& decision);
// The fields a filter may name.
[[nodiscard]] const std::vector<std::string>& whereFields();

}  // namespace signalbox::domain
