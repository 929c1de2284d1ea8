// SPDX-License-Identifier: Apache-2.0
// A policy as YAML text: mappings in block style, lists of plain values on one line, keys in the order of the manual.
#include <yaml-cpp/emitter.h>

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "config/config.h"
#include "config/yaml.h"

namespace signalbox::config {
namespace {

// A key that is not named here follows in alphabetical order.
constexpr std::array<std::string_view, 64> kOrder{
    "workloads", "name", "match", "model", "header", "domain", "pattern", "route", "strategy", "tier", "boundaries", "tree", "heuristic",
    "gate", "signal", "escalate-below", "trust-above", "stream", "prefix-tokens", "prefix-wait", "prior-correction", "when-unknown",
    "validate", "enum", "json-schema", "regex", "max-chars", "refusals", "overrides", "to", "depth", "up-route-at-turn",
    "unless-confidence-above", "latency", "p95-budget", "over-budget", "cache", "exact", "semantic", "similarity", "ttl", "learned",
    "accept-above", "shadow", "share", "explore", "experiment", "field", "arms", "unit", "keep-text", "short-tokens", "long-tokens",
    "first", "middle", "last", "max-words", "keywords", "guardrails", "max-step", "min-coverage", "max-quality-drop", "usd-per-day"};

std::size_t rank(const std::string& key) {
  return static_cast<std::size_t>(std::find(kOrder.begin(), kOrder.end(), key) - kOrder.begin());
}

void writeText(YAML::Emitter& out, const std::string& text) {
  // Text that would read back as something else is quoted.
  if (plainScalar(text) == Json(text)) out << text;
  else out << YAML::DoubleQuoted << text;
}

void write(YAML::Emitter& out, const Json& value, bool in_order) {
  if (value.is_object()) {
    std::vector<std::string> keys;
    for (const auto& [key, unused] : value.items()) keys.push_back(key);
    if (in_order) std::stable_sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return rank(a) < rank(b); });
    if (keys.empty()) out << YAML::Flow;
    out << YAML::BeginMap;
    for (const std::string& key : keys) {
      out << YAML::Key;
      writeText(out, key);
      out << YAML::Value;
      write(out, value.at(key), in_order && key != "json-schema");
    }
    out << YAML::EndMap;
  } else if (value.is_array()) {
    const bool plain = std::none_of(value.begin(), value.end(), [](const Json& one) { return one.is_structured(); });
    if (plain) out << YAML::Flow;
    out << YAML::BeginSeq;
    for (const Json& one : value) write(out, one, in_order);
    out << YAML::EndSeq;
  } else if (value.is_string()) {
    writeText(out, value.get<std::string>());
  } else if (value.is_null()) {
    out << YAML::Null;
  } else if (value.is_number_float()) {
    out << shortest(value.get<double>());
  } else {
    out << value.dump();
  }
}

}  // namespace

std::string policyYaml(const domain::PolicyDocument& document) {
  YAML::Emitter out;
  write(out, document.json, true);
  return std::string(out.c_str()) + "\n";
}

}  // namespace signalbox::config
