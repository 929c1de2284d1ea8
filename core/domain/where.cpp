// SPDX-License-Identifier: Apache-2.0
#include "domain/where.h"

#include <map>

#include "base/clock.h"
#include "base/strings.h"
#include "domain/decision_fields.h"
#include "domain/decision_json.h"

namespace signalbox::domain {
namespace {

using Op = Condition::Op;
using Words = std::span<const std::string_view>;

struct Filterable {
  FieldKind kind = FieldKind::Text;
  Words words;  // of a Word
};

// Every field a filter may name, `text` among them.
const std::map<std::string, Filterable, std::less<>>& filterable() {
  static const auto table = [] {
    std::map<std::string, Filterable, std::less<>> out;
    const Decision blank;
    visitFields(blank, [&]<class T>(Field field, const T&) {
      if (field.kind == FieldKind::Features) return;
      Filterable& entry = out[std::string(field.name)];
      entry.kind = field.kind;
      if constexpr (kIsWord<T>) entry.words = names<WordOf<T>>();
    });
    out["text"] = {};
    return out;
  }();
  return table;
}

bool isText(FieldKind kind) {
  return kind == FieldKind::Id || kind == FieldKind::Name || kind == FieldKind::Text || kind == FieldKind::Word;
}

std::string list(Words words) {
  std::string out;
  for (const auto word : words) out += (out.empty() ? "" : ", ") + std::string(word);
  return out;
}

std::unexpected<Error> refuse(const std::string& field, const std::string& what) {
  return fail(ErrorCode::InvalidInput, "where." + field + ": " + what, field);
}

// A value in the form in which it is compared: times as microseconds.
Result<Json> readValue(const std::string& field, const Filterable& entry, const Json& value) {
  if (value.is_null()) return value;
  switch (entry.kind) {
    case FieldKind::Time: {
      if (value.is_number_integer()) return value;
      if (!value.is_string()) return refuse(field, "a time as ISO-8601 with zone is expected");
      const auto time = parseIso(value.get_ref<const std::string&>());
      if (!time) return refuse(field, time.error().message);
      return Json(*time);
    }
    case FieldKind::Number:
    case FieldKind::Code:
      if (value.is_number()) return value;
      return refuse(field, "a number is expected");
    case FieldKind::Flag:
      if (value.is_boolean()) return value;
      return refuse(field, "true or false is expected");
    case FieldKind::Word:
      for (const auto word : entry.words) {
        if (value == word) return value;
      }
      return refuse(field, value.dump() + " is not one of its values: " + list(entry.words));
    default:
      if (value.is_string()) return value;
      return refuse(field, "text is expected");
  }
}

Result<Condition> readList(const std::string& field, const Filterable& entry, Op op, const Json& values) {
  Condition condition{field, op, {}};
  const Json items = values.is_array() ? values : Json::array({values});
  for (const Json& item : items) {
    auto value = readValue(field, entry, item);
    if (!value) return std::unexpected(std::move(value.error()));
    condition.values.push_back(std::move(*value));
  }
  return condition;
}

Result<Condition> readOperator(const std::string& field, const Filterable& entry, const std::string& word, const Json& value) {
  static const std::map<std::string, Op, std::less<>> kCompare{{"ge", Op::Ge}, {"gt", Op::Gt}, {"le", Op::Le}, {"lt", Op::Lt}};
  if (word == "not") return readList(field, entry, Op::NoneOf, value);
  if (word == "contains") {
    if (!isText(entry.kind)) return refuse(field, "`contains` works on text only");
    if (!value.is_string()) return refuse(field, "`contains` takes a text");
    return Condition{field, Op::Contains, {value}};
  }
  const auto op = kCompare.find(word);
  if (op == kCompare.end()) return refuse(field, "unknown operator '" + word + "'; there are not, ge, gt, le, lt and contains");
  if (isText(entry.kind) || entry.kind == FieldKind::Flag) return refuse(field, "`" + word + "` works on numbers and times only");
  if (value.is_null() || value.is_array()) return refuse(field, "`" + word + "` takes one value");
  return readList(field, entry, op->second, value);
}

bool containsIgnoringCase(const std::string& text, const std::string& lower_part) {
  return toLower(text).find(lower_part) != std::string::npos;
}

bool textMatches(const Decision& d, const std::string& lower_part) {
  if (containsIgnoringCase(d.id.string(), lower_part) || (d.reason && containsIgnoringCase(std::string(name(*d.reason)), lower_part)) ||
      containsIgnoringCase(d.requested_model, lower_part) || containsIgnoringCase(d.error, lower_part)) {
    return true;
  }
  for (const Attempt& attempt : d.attempts) {
    if (containsIgnoringCase(attempt.model, lower_part)) return true;
  }
  return false;
}

bool holds(const Condition& condition, const Decision& decision) {
  if (condition.field == "text") return textMatches(decision, toLower(condition.values.at(0).get_ref<const std::string&>()));
  const Json value = fieldValue(decision, condition.field);
  const auto listed = [&] {
    return std::find(condition.values.begin(), condition.values.end(), value) != condition.values.end();
  };
  switch (condition.op) {
    case Op::AnyOf: return listed();
    case Op::NoneOf: return !listed();
    case Op::Contains:
      return value.is_string() &&
          containsIgnoringCase(value.get_ref<const std::string&>(),
                               toLower(condition.values.at(0).get_ref<const std::string&>()));
    default: break;
  }
  if (value.is_null()) return false;
  const Json& bound = condition.values.at(0);
  switch (condition.op) {
    case Op::Ge: return value >= bound;
    case Op::Gt: return value > bound;
    case Op::Le: return value <= bound;
    default: return value < bound;
  }
}

Json valueToJson(const Condition& condition, const Json& value) {
  const auto entry = filterable().find(condition.field);
  const bool time = entry != filterable().end() && entry->second.kind == FieldKind::Time && value.is_number_integer();
  return time ? Json(formatIso(value.get<WallMicros>(), 6)) : value;
}

}  // namespace

Result<Where> whereFromJson(const Json& json) {
  if (json.is_null()) return Where{};
  if (!json.is_object()) return fail(ErrorCode::InvalidInput, "where: an object of field and value is expected", "where");
  Where where;
  for (const auto& [field, value] : json.items()) {
    const auto entry = filterable().find(field);
    if (entry == filterable().end()) {
      const std::string near = nearest(field, whereFields());
      return refuse(field, "no such field" + (near.empty() ? std::string() : "; did you mean '" + near + "'?"));
    }
    if (field == "text") {  // a plain text is what one searches for
      const Json& part = value.is_object() && value.size() == 1 && value.contains("contains") ? value["contains"] : value;
      if (!part.is_string()) return refuse(field, "a text to search for is expected");
      where.all.push_back({field, Op::Contains, {part}});
    } else if (value.is_object()) {
      for (const auto& [word, operand] : value.items()) {
        auto condition = readOperator(field, entry->second, word, operand);
        if (!condition) return std::unexpected(std::move(condition.error()));
        where.all.push_back(std::move(*condition));
      }
    } else {
      auto condition = readList(field, entry->second, Op::AnyOf, value);
      if (!condition) return std::unexpected(std::move(condition.error()));
      where.all.push_back(std::move(*condition));
    }
  }
  return where;
}

Json whereToJson(const Where& where) {
  Json json = Json::object();
  for (const Condition& condition : where.all) {
    Json values = Json::array();
    for (const Json& value : condition.values) values.push_back(valueToJson(condition, value));
    Json& slot = json[condition.field];
    switch (condition.op) {
      case Op::AnyOf: slot = values.size() == 1 ? values[0] : values; break;
      case Op::NoneOf: slot["not"] = values; break;
      case Op::Ge: slot["ge"] = values.at(0); break;
      case Op::Gt: slot["gt"] = values.at(0); break;
      case Op::Le: slot["le"] = values.at(0); break;
      case Op::Lt: slot["lt"] = values.at(0); break;
      case Op::Contains: slot["contains"] = values.at(0); break;
    }
  }
  return json;
}

bool matches(const Where& where, const Decision& decision) {
  return std::all_of(where.all.begin(), where.all.end(), [&](const Condition& c) { return holds(c, decision); });
}

const std::vector<std::string>& whereFields() {
  static const auto fields = [] {
    std::vector<std::string> out;
    for (const auto& [field, entry] : filterable()) out.push_back(field);
    return out;
  }();
  return fields;
}

}  // namespace signalbox::domain
