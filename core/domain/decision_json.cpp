// SPDX-License-Identifier: Apache-2.0
#include "domain/decision_json.h"

#include "domain/decision_fields.h"

namespace signalbox::domain {
namespace {

template <class T>
inline constexpr bool kOptional = false;
template <class T>
inline constexpr bool kOptional<std::optional<T>> = true;

using Features = std::vector<std::pair<std::string, double>>;

// One member → JSON. `ts` stays a number.
template <class T>
Json toJson(Field field, const T& value) {
  if constexpr (kOptional<T>) {
    return value ? toJson(field, *value) : Json();
  } else if constexpr (std::is_same_v<T, Uuid>) {
    return value.isNil() ? Json() : Json(value.string());
  } else if constexpr (std::is_same_v<T, std::string>) {
    return value.empty() ? Json() : Json(value);
  } else if constexpr (std::is_same_v<T, Features>) {
    Json object = Json::object();
    for (const auto& [name, number] : value) object[name] = number;
    return object;
  } else if constexpr (std::is_enum_v<T>) {
    return Json(std::string(name(value)));
  } else {
    if constexpr (!std::is_same_v<T, bool>) {
      if (field.kind == FieldKind::Code && value == 0) return Json();
    }
    return Json(value);
  }
}

Json wire(Field field, Json value) {
  if (field.kind == FieldKind::Time && value.is_number_integer()) return formatIso(value.get<WallMicros>(), 6);
  return value;
}

// JSON → one member; false when the type is wrong. Null leaves the member as it was made: unknown.
template <class T>
bool fromJson(Field field, const Json& json, T& out) {
  if (json.is_null()) return true;
  if constexpr (kOptional<T>) {
    typename T::value_type value{};
    if (!fromJson(field, json, value)) return false;
    out = value;
    return true;
  } else if constexpr (std::is_same_v<T, Uuid>) {
    const auto id = json.is_string() ? Uuid::parse(json.get_ref<const std::string&>()) : std::nullopt;
    if (id) out = *id;
    return id.has_value();
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!json.is_string()) return false;
    out = json.get<std::string>();
    return true;
  } else if constexpr (std::is_same_v<T, Features>) {
    if (!json.is_object()) return false;
    for (const auto& [key, number] : json.items()) {
      if (!number.is_number()) return false;
      out.emplace_back(key, number.template get<double>());
    }
    return true;
  } else if constexpr (std::is_enum_v<T>) {
    const auto word = json.is_string() ? parse<T>(json.get_ref<const std::string&>()) : std::nullopt;
    if (word) out = *word;
    return word.has_value();
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!json.is_boolean()) return false;
    out = json.get<bool>();
    return true;
  } else if constexpr (std::is_same_v<T, double>) {
    if (!json.is_number()) return false;
    out = json.get<double>();
    return true;
  } else {
    if (field.kind == FieldKind::Time && json.is_string()) {
      const auto time = parseIso(json.get_ref<const std::string&>());
      if (time) out = *time;
      return time.has_value();
    }
    if (!json.is_number_integer()) return false;
    out = json.get<T>();
    return true;
  }
}

template <class Record>
Json recordToJson(const Record& record) {
  Json json = Json::object();
  visitFields(record,
              [&](Field field, const auto& member) { json[std::string(field.name)] = wire(field, toJson(field, member)); });
  return json;
}

template <class Record>
Result<Record> recordFromJson(const Json& json, std::string_view what) {
  if (!json.is_object()) return fail(ErrorCode::InvalidInput, std::string(what) + ": an object is expected");
  Record record;
  std::string wrong;
  visitFields(record, [&](Field field, auto& member) {
    const auto found = json.find(field.name);
    if (found != json.end() && wrong.empty() && !fromJson(field, *found, member)) wrong = field.name;
  });
  if (wrong.empty()) return record;
  return fail(ErrorCode::InvalidInput, std::string(what) + ": field '" + wrong + "' has a value of the wrong type", wrong);
}

}  // namespace

Json attemptToJson(const Attempt& attempt) {
  Json json = recordToJson(attempt);
  if (attempt.gate) json["gate"] = *attempt.gate;
  return json;
}

Result<Attempt> attemptFromJson(const Json& json) {
  auto attempt = recordFromJson<Attempt>(json, "attempt");
  if (!attempt) return attempt;
  if (const auto gate = json.find("gate"); gate != json.end() && gate->is_number()) attempt->gate = gate->get<double>();
  return attempt;
}

Json decisionToJson(const Decision& decision, bool with_attempts) {
  Json json = recordToJson(decision);
  if (!with_attempts) return json;
  Json& attempts = json["attempts"] = Json::array();
  for (const Attempt& attempt : decision.attempts) attempts.push_back(attemptToJson(attempt));
  return json;
}

Result<Decision> decisionFromJson(const Json& json) {
  auto decision = recordFromJson<Decision>(json, "decision");
  if (!decision) return decision;
  const auto attempts = json.find("attempts");
  if (attempts == json.end() || attempts->is_null()) return decision;
  if (!attempts->is_array()) return fail(ErrorCode::InvalidInput, "decision: field 'attempts' must be a list", "attempts");
  for (const Json& item : *attempts) {
    auto attempt = attemptFromJson(item);
    if (!attempt) return std::unexpected(std::move(attempt.error()));
    decision->attempts.push_back(std::move(*attempt));
  }
  return decision;
}

Json fieldValue(const Decision& decision, std::string_view field) {
  Json value;
  visitFields(decision, [&](Field each, const auto& member) {
    if (each.name == field) value = toJson(each, member);
  });
  return value;
}

}  // namespace signalbox::domain
