// SPDX-License-Identifier: Apache-2.0
#include "schema/prepare.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "schema/pointer.h"

namespace signalbox::schema {
namespace {

// Where schemas stand inside a schema. Schemas applied to the same value are "in place": a loop through those never ends.
constexpr std::array kInPlaceOne{"not", "if", "then", "else"};
constexpr std::array kInPlaceMany{"allOf", "anyOf", "oneOf"};
constexpr std::array kDeeperOne{"additionalItems", "additionalProperties", "contains", "propertyNames"};
constexpr std::array kNamed{"properties", "definitions", "$defs"};
// One value may cause at most so many in-place applications; far above any schema written by a person.
constexpr int kMaxExpansion = 10'000;

class Preparer {
 public:
  explicit Preparer(const Json& schema) { out_.schema = schema; }

  Result<Prepared> run() {
    visit("");
    if (error_) return std::unexpected(*std::move(error_));
    std::map<std::string, int> cost;
    if (expansion("", cost) < 0) return std::unexpected(*std::move(error_));
    for (const auto& place : visited_) {
      if (expansion(place, cost) < 0) return std::unexpected(*std::move(error_));
    }
    // Rewriting comes last: until here places are found by their original form.
    for (const auto& place : visited_) rewrite(place);
    if (error_) return std::unexpected(*std::move(error_));
    // Innermost first: what is put into an allOf moves the places below it.
    for (auto place = visited_.rbegin(); place != visited_.rend(); ++place) countSteps(*place);
    return std::move(out_);
  }

 private:
  void refuse(const std::string& place, const std::string& why) {
    if (!error_) error_ = Error{ErrorCode::InvalidInput, (place.empty() ? "the schema" : place) + ": " + why, place, {}, 0, 0};
  }

  Json& at(const std::string& place) { return out_.schema.at(Json::json_pointer(place)); }

  void visit(const std::string& place) {
    if (error_ || !visited_.insert(place).second) return;
    const Json& node = at(place);
    if (node.is_boolean()) return;
    if (!node.is_object()) return refuse(place, "a schema is an object, or true or false");
    if (node.contains("$ref")) return visitReference(place, node["$ref"]);
    if (node.contains("patternProperties")) return refuse(place, "\"patternProperties\" is not supported; allowed are properties, additionalProperties and propertyNames");
    for (const char* key : {kTextRule, kStep}) {
      if (node.contains(key)) return refuse(place, std::string("the keyword ") + key + " is reserved");
    }
    for (const char* key : kInPlaceOne) visitOne(place, node, key, true);
    for (const char* key : kInPlaceMany) visitMany(place, node, key, true);
    for (const char* key : kDeeperOne) visitOne(place, node, key, false);
    for (const char* key : kNamed) visitNamed(place, node, key, false);
    if (node.contains("items")) node["items"].is_array() ? visitMany(place, node, "items", false) : visitOne(place, node, "items", false);
    if (node.contains("dependencies")) visitDependencies(place, node["dependencies"]);
  }

  void child(const std::string& place, const std::string& target, bool in_place) {
    if (in_place) in_place_[place].push_back(target);
    visit(target);
  }

  void visitOne(const std::string& place, const Json& node, const std::string& key, bool in_place) {
    if (node.contains(key)) child(place, place + "/" + pointerToken(key), in_place);
  }

  void visitMany(const std::string& place, const Json& node, const std::string& key, bool in_place) {
    if (!node.contains(key)) return;
    if (!node[key].is_array()) return refuse(place, "\"" + key + "\" must be a list of schemas");
    for (std::size_t i = 0; i < node[key].size(); ++i) child(place, place + "/" + key + "/" + std::to_string(i), in_place);
  }

  void visitNamed(const std::string& place, const Json& node, const std::string& key, bool in_place) {
    if (!node.contains(key)) return;
    if (!node[key].is_object()) return refuse(place, "\"" + key + "\" must be an object of schemas");
    for (const auto& [name, unused] : node[key].items()) {
      child(place, place + "/" + pointerToken(key) + "/" + pointerToken(name), in_place);
    }
  }

  void visitDependencies(const std::string& place, const Json& node) {
    if (!node.is_object()) return refuse(place, "\"dependencies\" must be an object");
    for (const auto& [name, value] : node.items()) {
      if (!value.is_array()) child(place, place + "/dependencies/" + pointerToken(name), true);
    }
  }

  void visitReference(const std::string& place, const Json& reference) {
    if (!reference.is_string()) return refuse(place, "\"$ref\" must be text");
    const auto& text = reference.get_ref<const std::string&>();
    const bool local = text == "#" || (text.starts_with("#/") && !text.ends_with('/') && text.find('%') == std::string::npos &&
                                       text.find("/allOf/") == std::string::npos);
    if (!local) return refuse(place, "\"$ref\" must point into this schema, such as #/definitions/name");
    const std::string target = text.substr(1);
    try {
      if (!out_.schema.contains(Json::json_pointer(target))) return refuse(place, "\"$ref\" points to nothing: " + text.substr(0, 80));
    } catch (const Json::exception&) {
      return refuse(place, "\"$ref\" is no JSON pointer: " + text.substr(0, 80));
    }
    child(place, target, true);
  }

  // In-place applications of one visit of `place`, itself included; −1 on a loop or too many. 0 in the map marks "being counted".
  int expansion(const std::string& place, std::map<std::string, int>& cost) {
    if (const auto known = cost.find(place); known != cost.end()) {
      if (known->second > 0) return known->second;
      refuse(place, "references lead back to themselves without consuming anything");
      return -1;
    }
    cost[place] = 0;
    int sum = 1;
    for (const auto& target : in_place_[place]) {
      const int one = expansion(target, cost);
      if (one < 0) return -1;
      sum += one;
      if (sum > kMaxExpansion) {
        refuse(place, "the schema unfolds into more than " + std::to_string(kMaxExpansion) + " parts");
        return -1;
      }
    }
    return cost[place] = sum;
  }

  static std::optional<std::string> takeText(Json& node, const char* key, bool& wrong) {
    const auto found = node.find(key);
    if (found == node.end()) return std::nullopt;
    wrong = wrong || !found->is_string();
    auto text = found->is_string() ? std::optional(found->get<std::string>()) : std::nullopt;
    node.erase(found);
    return text;
  }

  void rewrite(const std::string& place) {
    Json& node = at(place);
    if (!node.is_object() || node.contains("$ref")) return;
    // Identifiers would make the library resolve references elsewhere; the last three are for people only.
    for (const char* key : {"$id", "id", "$schema", "title", "description", "default"}) node.erase(key);
    if (node.contains("multipleOf") && !(node["multipleOf"].is_number() && node["multipleOf"].get<double>() > 0)) {
      return refuse(place, "\"multipleOf\" must be a number above 0");
    }
    bool wrong = false;
    const auto pattern = takeText(node, "pattern", wrong);
    const auto format = takeText(node, "format", wrong);
    if (wrong) return refuse(place, "\"pattern\" and \"format\" must be text");
    if (pattern || format) {
      auto rule = TextRule::compile(pattern, format);
      if (!rule) return refuse(place, rule.error().message);
      node[kTextRule] = out_.rules.size();
      out_.rules.push_back(*std::move(rule));
    }
  }

  // The library looks at allOf first, so the counter runs before any branch does.
  void countSteps(const std::string& place) {
    Json& node = at(place);
    if (!node.is_object() || node.contains("$ref")) return;
    const bool branches = node.contains("anyOf") || node.contains("oneOf") || node.contains("allOf") || node.contains("not") ||
                          node.contains("if");
    if (!branches) return;
    Json all = Json::array({Json{{kStep, true}}});
    if (node.contains("allOf")) {
      for (auto& one : node["allOf"]) all.push_back(std::move(one));
    }
    node["allOf"] = std::move(all);
  }

  Prepared out_;
  std::set<std::string> visited_;
  std::map<std::string, std::vector<std::string>> in_place_;
  std::optional<Error> error_;
};

}  // namespace

Result<Prepared> prepare(const Json& schema) {
  if (!isNoDeeperThan(schema, kMaxDepth)) {
    return fail(ErrorCode::InvalidInput, "the schema is nested deeper than " + std::to_string(kMaxDepth) + " levels");
  }
  const auto whole = withWholeNumbers(schema);
  return Preparer(whole ? *whole : schema).run();
}

namespace {

bool isWhole(const Json& value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53: above it neighbours are further apart than 1
  if (!value.is_number_float()) return false;
  const double number = value.get<double>();
  return std::abs(number) <= kExact && std::floor(number) == number;
}

bool hasWhole(const Json& value) {
  return isWhole(value) || (value.is_structured() && std::any_of(value.begin(), value.end(), hasWhole));
}

void makeWhole(Json& value) {
  if (isWhole(value)) value = static_cast<std::int64_t>(value.get<double>());
  if (value.is_structured()) std::for_each(value.begin(), value.end(), makeWhole);
}

}  // namespace

std::optional<Json> withWholeNumbers(const Json& value) {
  if (!hasWhole(value)) return std::nullopt;
  Json copy = value;
  makeWhole(copy);
  return copy;
}

bool isNoDeeperThan(const Json& value, int most) {
  std::vector<std::pair<const Json*, int>> open{{&value, 1}};
  while (!open.empty()) {
    const auto [node, depth] = open.back();
    open.pop_back();
    if (!node->is_structured()) continue;
    if (depth > most) return false;
    for (const Json& child : *node) open.emplace_back(&child, depth + 1);
  }
  return true;
}

std::string pointerToken(std::string_view key) {
  std::string token;
  for (const char c : key) {
    if (c == '~') token += "~0";
    else if (c == '/') token += "~1";
    else token += c;
  }
  return token;
}

}  // namespace signalbox::schema
