// SPDX-License-Identifier: Apache-2.0
#include "config/litellm.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/strings.h"
#include "config/litellm_parts.h"

namespace signalbox::config {
namespace {

// "/model_list/0/litellm_params/rpm" → "model_list[0].litellm_params.rpm"
std::string keyOf(std::string_view pointer) {
  std::string key;
  for (const auto part : split(pointer.substr(std::min<std::size_t>(1, pointer.size())), '/')) {
    const bool number = !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
    if (number) key += "[" + std::string(part) + "]";
    else key += (key.empty() ? "" : ".") + std::string(part);
  }
  for (const auto& [written, meant] : {std::pair{"~1", "/"}, std::pair{"~0", "~"}}) {
    for (auto at = key.find(written); at != std::string::npos; at = key.find(written, at + 1)) key.replace(at, 2, meant);
  }
  return key;
}

void writeHead(LitellmImport& import, const std::string& file) {
  auto& head = import.draft.head;
  head = {"Imported from " + file + " by `signalbox import litellm`. Keys never stand here: only the names of the variables that hold them."};
  import.draft.policy_head = {"Imported from " + file + ": every model group is a workload with its own tier. Where tiers differ in price, a cascade",
                              "with a gate asks the cheap one first: `route: { strategy: cascade }`."};
  if (import.notes.empty()) return;
  head.push_back("");
  head.push_back("What is not here, or is here in another way:");
  for (const auto& note : import.notes) head.push_back("  " + note.string());
  head.push_back("");
}

}  // namespace

// Names of a foreign file stand in it: they must not end the line, nor move a terminal's cursor.
std::string ImportNote::text() const {
  std::string text = key + (kind == Kind::LeftOut ? " is not carried over: " : " is carried over in another way: ") + why + (advice.empty() ? "" : "; " + advice);
  std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

std::string ImportNote::string() const {
  ConfigError error = place;
  error.message = text();
  return error.string();
}

void LitellmReading::note(ImportNote::Kind kind, const std::string& pointer, std::string why, std::string advice) {
  const Place place = places.key(pointer);
  result.notes.push_back({kind, {file, place.line, place.column, {}}, keyOf(pointer), std::move(why), std::move(advice)});
}

LitellmGroup* LitellmReading::group(std::string_view name) {
  const auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& one) { return one.name == name; });
  return found == groups.end() ? nullptr : &*found;
}

std::string environmentName(const Json& value) {
  constexpr std::string_view kPrefix = "os.environ/";
  if (!value.is_string() || !value.get_ref<const std::string&>().starts_with(kPrefix)) return {};
  std::string name = value.get<std::string>().substr(kPrefix.size());
  const bool good = !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
                    std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
  return good ? name : std::string();
}

std::string allowedName(std::string_view text) {
  constexpr std::size_t kMost = 56;  // leaves room for a number
  std::string name;
  for (const char c : text) {
    const bool good = std::isalnum(static_cast<unsigned char>(c)) || (!name.empty() && (c == '.' || c == '_' || c == '-'));
    if (good) name += c;
    else if (!name.empty() && name.back() != '-') name += '-';
  }
  while (!name.empty() && name.back() == '-') name.pop_back();
  return name.empty() ? "any" : name.substr(0, kMost);
}

// Any figure may be quoted: YAML 1.1 readers take 1e-6 for text.
Json litellmNumber(const LitellmReading& reading, const Json& value) {
  if (value.is_number()) return value;
  if (!value.is_string()) return {};
  const auto variable = environmentName(value);
  const auto text = variable.empty() ? std::optional(value.get<std::string>()) : reading.environment(variable);
  Json read = text ? plainScalar(*text) : Json();
  return read.is_number() ? read : Json();
}

std::optional<Duration> litellmSeconds(LitellmReading& reading, const Json& members, const std::string& key, const std::string& pointer) {
  if (!members.is_object() || !members.contains(key) || members[key].is_null()) return std::nullopt;
  const Json number = litellmNumber(reading, members[key]);
  const double seconds = number.is_number() ? number.get<double>() : 0;
  constexpr double kMost = 1e7;  // more than a hundred days is no limit
  if (!(seconds > 0) || seconds > kMost) {
    const auto variable = environmentName(members[key]);
    const bool unset = !variable.empty() && !reading.environment(variable);
    reading.leftOut(pointer + "/" + key, unset ? "the variable " + variable + " is not set, and a time is written down in our file" : "it must be a number of seconds above 0",
                    unset ? "set it and import again" : "");
    return std::nullopt;
  }
  return Duration(static_cast<std::int64_t>(std::llround(seconds * 1e3)) * 1'000'000);
}

std::expected<LitellmImport, ConfigErrors> importLitellm(std::string_view text, const std::string& file, const Environment& environment) {
  const YamlDocument yaml = readYaml(text, file);
  if (!yaml.errors.empty()) return std::unexpected(yaml.errors);
  const auto refuse = [&](std::string_view pointer, const std::string& what) {
    const Place place = yaml.places.key(pointer);
    return std::unexpected(ConfigErrors{{file, place.line, place.column, what}});
  };
  if (!yaml.json.is_object()) return refuse("", "not a LiteLLM config.yaml: it has no model_list; allowed is a mapping with one");
  if (!yaml.json.contains("model_list")) return refuse("", "there is no model_list; without models there is nothing to route to");
  if (!yaml.json["model_list"].is_array() || yaml.json["model_list"].empty()) return refuse("/model_list", "model_list is not a list of models");
  LitellmReading reading{yaml.json, yaml.places, file, environment};
  noteLitellmVariables(reading);
  readLitellmModels(reading);
  const bool any = std::any_of(reading.groups.begin(), reading.groups.end(), [](const auto& group) { return !group.pinned; });
  if (any) {
    orderLitellmGroups(reading);
    readLitellmSettings(reading);
    draftLitellmRoutes(reading);
  }
  std::stable_sort(reading.result.notes.begin(), reading.result.notes.end(), [](const auto& a, const auto& b) {
    return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
  });
  if (!any) {
    ConfigErrors errors;
    for (const auto& note : reading.result.notes) errors.push_back({file, note.place.line, note.place.column, note.text()});
    const Place place = yaml.places.key("/model_list");
    errors.push_back({file, place.line, place.column, "none of these models can be served; see what is said of each"});
    return std::unexpected(std::move(errors));
  }
  writeHead(reading.result, file);
  return std::move(reading.result);
}

}  // namespace signalbox::config
