// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <set>

#include "base/strings.h"
#include "policy/findings.h"
#include "policy/policy.h"
#include "schema/pointer.h"

namespace signalbox::policy {
namespace {

// Longer values are cut: the diff stands in one line of a history.
constexpr std::size_t kValueMost = 60;

std::string inWords(const Json& value) {
  if (value.is_null()) return "none";
  if (value.is_number_float()) {
    const double number = value.get<double>();
    const bool two_digits = std::abs(std::round(number * 100) / 100 - number) < 1e-12;
    return two_digits ? fixed(number, 2) : shortest(number);
  }
  return shortened(value.is_string() ? value.get<std::string>() : value.dump(), kValueMost);
}

// "gate" and "mid" → "gate.mid"; after a workload's name stands a blank.
std::string below(const std::string& place, const std::string& step) {
  return place.empty() || place.back() == ' ' ? place + step : place + "." + step;
}

class Differ {
 public:
  std::vector<Change> changes;

  void compare(const Json& before, const Json& after, const std::string& pointer, const std::string& place) {
    if (before == after) return;
    if (before.is_object() && after.is_object()) return compareObjects(before, after, pointer, place);
    const bool by_index = before.is_array() && after.is_array() && before.size() == after.size();
    if (!by_index) return add(pointer, place, before, after);
    for (std::size_t i = 0; i < after.size(); ++i) {
      compare(before[i], after[i], pointer + "/" + std::to_string(i), place + "[" + std::to_string(i) + "]");
    }
  }

  // Workloads are told apart by name, so that one put in front does not change all that follow.
  void compareWorkloads(const Json& before, const Json& after) {
    const bool several = before.size() > 1 || after.size() > 1;
    const auto kept_before = namesIn(before, after);
    const auto kept_after = namesIn(after, before);
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (!find(after, before[i])) add("/workloads/" + std::to_string(i), "workload " + nameOf(before[i]), before[i], nullptr);
    }
    for (std::size_t i = 0; i < after.size(); ++i) {
      const std::string pointer = "/workloads/" + std::to_string(i);
      const Json* old = find(before, after[i]);
      if (old) compare(*old, after[i], pointer, several ? nameOf(after[i]) + " " : "");
      else add(pointer, "workload " + nameOf(after[i]), nullptr, after[i]);
    }
    if (kept_before != kept_after) add("/workloads", "order of workloads", kept_before, kept_after);
  }

 private:
  static std::string nameOf(const Json& workload) { return workload.is_object() ? workload.value("name", std::string()) : std::string(); }

  static const Json* find(const Json& list, const Json& workload) {
    const auto found = std::find_if(list.begin(), list.end(), [&](const Json& one) { return nameOf(one) == nameOf(workload); });
    return found == list.end() ? nullptr : &*found;
  }

  static Json namesIn(const Json& list, const Json& other) {
    Json names = Json::array();
    for (const Json& one : list) {
      if (find(other, one)) names.push_back(nameOf(one));
    }
    return names;
  }

  void compareObjects(const Json& before, const Json& after, const std::string& pointer, const std::string& place) {
    std::set<std::string> keys;
    for (const auto& [key, unused] : before.items()) keys.insert(key);
    for (const auto& [key, unused] : after.items()) keys.insert(key);
    for (const std::string& key : keys) {
      const std::string at = pointer + "/" + schema::pointerToken(key);
      if (pointer.empty() && key == "workloads" && before.contains(key) && after.contains(key)) {
        compareWorkloads(before[key], after[key]);
      } else {
        compare(before.value(key, Json()), after.value(key, Json()), at, below(place, key));
      }
    }
  }

  void add(const std::string& pointer, const std::string& place, const Json& before, const Json& after) {
    changes.push_back({pointer, place, before, after});
  }
};

}  // namespace

std::vector<Change> diff(const domain::PolicyDocument& before, const domain::PolicyDocument& after) {
  Differ differ;
  differ.compare(before.json, after.json, "", "");
  return std::move(differ.changes);
}

std::string describe(const std::vector<Change>& changes) {
  std::vector<std::string> parts;
  for (const Change& change : changes) {
    const bool whole_workload = change.place.starts_with("workload ");
    if (change.before.is_null()) parts.push_back(change.place + (whole_workload ? " added" : " set to " + inWords(change.after)));
    else if (change.after.is_null()) parts.push_back(change.place + " removed");
    else parts.push_back(change.place + " " + inWords(change.before) + " → " + inWords(change.after));
  }
  return join(parts, "; ");
}

}  // namespace signalbox::policy
