// SPDX-License-Identifier: Apache-2.0
#include "schema/explain.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "schema/pointer.h"
#include "schema/prepare.h"

namespace signalbox::schema {
namespace {

// Nothing longer than this is quoted back: a value may be a secret put in the wrong place, or a book.
constexpr std::size_t kQuoteMost = 60;
constexpr int kMaxSteps = 20'000;

std::string typeOf(const Json& value) {
  if (value.is_number_integer()) return "integer";
  if (value.is_number()) return "number";
  return value.type_name();
}

std::string inWords(const std::string& type) {
  if (type == "string") return "text";
  if (type == "integer") return "a whole number";
  if (type == "number") return "a number";
  if (type == "boolean") return "true or false";
  if (type == "array") return "a list";
  if (type == "object") return "a mapping";
  return type;
}

bool hasType(const Json& value, const std::string& type) {
  if (type == "number") return value.is_number();
  if (type == "integer") {
    return value.is_number_integer() || (value.is_number_float() && std::floor(value.get<double>()) == value.get<double>());
  }
  return typeOf(value) == type;
}

std::string inQuotes(const Json& value) {
  if (value.is_structured()) return inWords(typeOf(value));
  std::string text = value.is_string() ? "\"" + value.get<std::string>() + "\"" : value.dump();
  if (text.size() > kQuoteMost) text = inWords(typeOf(value)) + " of " + std::to_string(text.size()) + " bytes";
  return text;
}

std::string listed(const Json& values) {
  std::vector<std::string> parts;
  for (const Json& value : values) parts.push_back(value.is_string() ? value.get<std::string>() : value.dump());
  return join(parts, ", ");
}

// A place marked "x-secret" may hold a key that was pasted there: it is never repeated.
std::string shown(const Json& schema, const Json& value) {
  return schema.value("x-secret", false) ? "the value" : inQuotes(value);
}

class Explainer {
 public:
  Explainer(const Json& root, int& steps_left) : root_(root), steps_left_(steps_left) {}

  std::vector<Violation> found;

  void look(const Json& written, const Json& value, const std::string& pointer) {
    if (--steps_left_ < 0) return;
    const Json& schema = resolve(written);
    if (schema.is_boolean()) {
      if (!schema.get<bool>()) add(pointer, "not allowed here", "");
      return;
    }
    const auto before = found.size();
    type(schema, value, pointer);
    if (found.size() > before) return;  // the rest would only repeat it
    oneOfValues(schema, value, pointer);
    number(schema, value, pointer);
    text(schema, value, pointer);
    if (value.is_object()) object(schema, value, pointer);
    if (value.is_array()) array(schema, value, pointer);
    for (const char* key : {"anyOf", "oneOf"}) {
      if (schema.contains(key)) branches(schema, schema[key], value, pointer);
    }
    if (schema.contains("allOf")) {
      for (const Json& one : schema["allOf"]) look(one, value, pointer);
    }
    if (schema.contains("not") && fits(schema["not"], value)) add(pointer, shown(schema, value) + " is not allowed here", allowedBy(schema));
    if (schema.contains("if")) {
      const char* key = fits(schema["if"], value) ? "then" : "else";
      if (schema.contains(key)) look(schema[key], value, pointer);
    }
  }

 private:
  const Json& resolve(const Json& schema) const {
    const Json* at = &schema;
    while (at->is_object() && at->contains("$ref")) {
      at = &root_.at(Json::json_pointer(at->at("$ref").get_ref<const std::string&>().substr(1)));
    }
    return *at;
  }

  bool fits(const Json& schema, const Json& value) const {
    Explainer trial(root_, steps_left_);
    trial.look(schema, value, "");
    return trial.found.empty();
  }

  void add(const std::string& pointer, std::string message, std::string allowed, bool at_key = false) {
    found.push_back({pointer, std::move(message), std::move(allowed), at_key});
  }

  static std::string allowedBy(const Json& schema) {
    return schema.contains("x-allowed") ? "allowed is " + schema["x-allowed"].get<std::string>() : std::string{};
  }

  static std::string allowedOr(const Json& schema, const std::string& otherwise) {
    auto text = allowedBy(schema);
    return text.empty() ? "allowed is " + otherwise : text;
  }

  void type(const Json& schema, const Json& value, const std::string& pointer) {
    if (!schema.contains("type")) return;
    const Json types = schema["type"].is_array() ? schema["type"] : Json::array({schema["type"]});
    std::vector<std::string> words;
    for (const Json& one : types) {
      if (hasType(value, one.get<std::string>())) return;
      words.push_back(inWords(one.get<std::string>()));
    }
    // Text is not repeated here: a key pasted where a reference to it belongs has the wrong type.
    const std::string is = value.is_null()     ? "a value is missing"
                           : value.is_string() ? "text has the wrong type"
                                               : inQuotes(value) + " has the wrong type";
    add(pointer, is, allowedOr(schema, join(words, " or ")));
  }

  void oneOfValues(const Json& schema, const Json& value, const std::string& pointer) {
    const Json values = schema.contains("const") ? Json::array({schema["const"]}) : schema.value("enum", Json());
    if (!values.is_array() || std::find(values.begin(), values.end(), value) != values.end()) return;
    std::string hint;
    if (value.is_string()) {
      std::vector<std::string> candidates;
      for (const Json& one : values) {
        if (one.is_string()) candidates.push_back(one.get<std::string>());
      }
      if (const auto near = nearest(value.get<std::string>(), candidates); !near.empty()) hint = " (did you mean \"" + near + "\"?)";
    }
    add(pointer, shown(schema, value) + " is not one of the values known here" + hint, "allowed is " + listed(values));
  }

  void number(const Json& schema, const Json& value, const std::string& pointer) {
    if (!value.is_number()) return;
    const double x = value.get<double>();
    const auto limit = [&](const char* key, auto broken, const std::string& word) {
      if (schema.contains(key) && broken(x, schema[key].get<double>())) {
        add(pointer, shown(schema, value) + " is out of range", allowedOr(schema, word + schema[key].dump()));
        return true;
      }
      return false;
    };
    // NaN fails every comparison, so each asks for what must hold.
    (void)(limit("minimum", [](double a, double b) { return !(a >= b); }, "at least ") ||
           limit("maximum", [](double a, double b) { return !(a <= b); }, "at most ") ||
           limit("exclusiveMinimum", [](double a, double b) { return !(a > b); }, "above ") ||
           limit("exclusiveMaximum", [](double a, double b) { return !(a < b); }, "below "));
  }

  void text(const Json& schema, const Json& value, const std::string& pointer) {
    if (!value.is_string()) return;
    const auto& string = value.get_ref<const std::string&>();
    const auto size = static_cast<std::size_t>(
        std::count_if(string.begin(), string.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
    if (size < schema.value("minLength", std::size_t{0})) {
      add(pointer, string.empty() ? "the text is empty" : shown(schema, value) + " is too short",
          allowedOr(schema, "at least " + schema["minLength"].dump() + " characters"));
    }
    if (schema.contains("maxLength") && size > schema["maxLength"].get<std::size_t>()) {
      add(pointer, shown(schema, value) + " is too long", allowedOr(schema, "at most " + schema["maxLength"].dump() + " characters"));
    }
    if (!schema.contains("pattern") && !schema.contains("format")) return;
    const auto taken = [&](const char* key) { return schema.contains(key) ? std::optional(schema[key].get<std::string>()) : std::nullopt; };
    const auto rule = TextRule::compile(taken("pattern"), taken("format"));
    if (!rule) return;
    const std::string objection = rule->objection(string);
    if (!objection.empty()) add(pointer, shown(schema, value) + (allowedBy(schema).empty() ? " " + objection : " is not understood"), allowedBy(schema));
  }

  void object(const Json& schema, const Json& value, const std::string& pointer) {
    const Json known = schema.value("properties", Json::object());
    std::vector<std::string> names;
    for (const auto& [name, unused] : known.items()) names.push_back(name);
    for (const auto& [name, child] : value.items()) {
      const std::string below = pointer + "/" + pointerToken(name);
      if (schema.contains("propertyNames") && !fits(schema["propertyNames"], name)) {
        add(below, "the key " + inQuotes(Json(name)) + " is not allowed", allowedBy(resolve(schema["propertyNames"])), true);
      }
      if (known.contains(name)) {
        look(known[name], child, below);
      } else if (schema.contains("additionalProperties")) {
        const Json& rest = schema["additionalProperties"];
        if (rest.is_boolean() && !rest.get<bool>()) unknownKey(name, names, below);
        else look(rest, child, below);
      }
    }
    if (value.size() < schema.value("minProperties", std::size_t{0})) {
      add(pointer, "too few entries", allowedOr(schema, "at least " + schema["minProperties"].dump()));
    }
    if (schema.contains("maxProperties") && value.size() > schema["maxProperties"].get<std::size_t>()) {
      add(pointer, "too many entries", allowedOr(schema, "at most " + schema["maxProperties"].dump()));
    }
    if (!schema.contains("required")) return;
    for (const Json& name : schema["required"]) {
      if (!value.contains(name.get<std::string>())) add(pointer, "the key \"" + name.get<std::string>() + "\" is missing", "");
    }
  }

  void unknownKey(const std::string& name, const std::vector<std::string>& names, const std::string& pointer) {
    const std::string near = nearest(name, names);
    const std::string allowed = "allowed is " + join(names, ", ");
    add(pointer, "unknown key " + inQuotes(Json(name)) + (near.empty() ? "" : ": did you mean \"" + near + "\"?"), names.empty() ? "" : allowed, true);
  }

  void array(const Json& schema, const Json& value, const std::string& pointer) {
    if (value.size() < schema.value("minItems", std::size_t{0})) {
      add(pointer, value.empty() ? "the list is empty" : "the list is too short", allowedOr(schema, "at least " + schema["minItems"].dump() + " entries"));
    }
    if (schema.contains("maxItems") && value.size() > schema["maxItems"].get<std::size_t>()) {
      add(pointer, "the list is too long", allowedOr(schema, "at most " + schema["maxItems"].dump() + " entries"));
    }
    if (schema.value("uniqueItems", false)) {
      for (std::size_t i = 1; i < value.size(); ++i) {
        if (std::find(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(i), value[i]) != value.begin() + static_cast<std::ptrdiff_t>(i)) {
          add(pointer + "/" + std::to_string(i), inQuotes(value[i]) + " is there twice", "each may stand once");
        }
      }
    }
    if (!schema.contains("items") || schema["items"].is_array()) return;
    for (std::size_t i = 0; i < value.size(); ++i) look(schema["items"], value[i], pointer + "/" + std::to_string(i));
  }

  // When exactly one branch has the value's shape, its complaints are the useful ones; else what the whole allows is.
  void branches(const Json& schema, const Json& options, const Json& value, const std::string& pointer) {
    std::vector<const Json*> near;
    for (const Json& option : options) {
      if (fits(option, value)) return;
      const Json& branch = resolve(option);
      Explainer shape(root_, steps_left_);
      shape.type(branch, value, pointer);
      if (shape.found.empty()) near.push_back(&branch);
    }
    if (near.size() == 1 && (value.is_structured() || allowedBy(schema).empty())) return look(*near.front(), value, pointer);
    add(pointer, shown(schema, value) + " is not understood", allowedBy(schema));
  }

  const Json& root_;
  int& steps_left_;  // shared by all trials: branches multiply
};

}  // namespace

std::vector<Violation> explain(const Json& schema, const Json& value) {
  int steps_left = kMaxSteps;
  Explainer explainer(schema, steps_left);
  explainer.look(schema, value, "");
  return std::move(explainer.found);
}

}  // namespace signalbox::schema
