// SPDX-License-Identifier: Apache-2.0
#include "dialect/field_types.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace signalbox::dialect {
namespace {

using namespace field_types;
using Kind = JsonDoc::Kind;

std::string_view kindName(JsonDoc::Kind kind) {
  switch (kind) {
    case Kind::Null: return "null";
    case Kind::False:
    case Kind::True: return "a boolean";
    case Kind::Number: return "a number";
    case Kind::String: return "a string";
    case Kind::Array: return "an array";
    case Kind::Object: return "an object";
  }
  return "something else";
}

bool isWhole(JsonDoc::Node node) {
  const auto value = node.number();
  return value && std::isfinite(*value) && std::trunc(*value) == *value;
}

bool allows(std::uint8_t types, JsonDoc::Node node) {
  switch (node.kind()) {
    case Kind::Null: return true;
    case Kind::False:
    case Kind::True: return types & kBool;
    case Kind::Number: return (types & kNumber) || ((types & kInteger) && isWhole(node));
    case Kind::String: return types & kString;
    case Kind::Array: return types & kArray;
    case Kind::Object: return types & kObject;
  }
  return false;
}

std::string wanted(std::uint8_t types) {
  constexpr std::array<std::pair<std::uint8_t, std::string_view>, 6> kNames{{{kBool, "a boolean"},
                                                                             {kInteger, "an integer"},
                                                                             {kNumber, "a number"},
                                                                             {kString, "a string"},
                                                                             {kArray, "an array"},
                                                                             {kObject, "an object"}}};
  std::string text;
  for (const auto& [type, name] : kNames) {
    if (!(types & type)) continue;
    if (!text.empty()) text += " or ";
    text += name;
  }
  return text;
}

}  // namespace

std::unexpected<Error> wrongType(std::string param, std::string_view wanted, JsonDoc::Node found) {
  auto message = "'" + param + "' must be " + std::string(wanted);
  message += found ? ", not " + std::string(kindName(found.kind())) : ", and is missing";
  return fail(ErrorCode::InvalidRequest, std::move(message), std::move(param));
}

Result<void> checkField(std::span<const Field> known, std::string_view name, JsonDoc::Node member, std::string_view where) {
  const auto field = std::find_if(known.begin(), known.end(), [&](const Field& f) { return f.name == name; });
  if (field == known.end() || allows(field->types, member)) return {};
  return wrongType(std::string(where).append(name), wanted(field->types), member);
}

}  // namespace signalbox::dialect
