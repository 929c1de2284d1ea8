// SPDX-License-Identifier: GPL-3.0-only
#include "models/policy_changes.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "theme/format.h"

namespace signalbox::ui {

namespace {
constexpr int kLongestValue = 80;
using Path = std::vector<std::string>;  // as people call it: names instead of places

QString valueText(const Json* value) {
  if (!value) return format::unknown();
  if (value->is_number_float()) return QString::fromStdString(shortest(value->get<double>()));
  const QString text = QString::fromStdString(value->is_string() ? value->get<std::string>() : value->dump());
  return text.size() <= kLongestValue ? text : text.left(kLongestValue) + QStringLiteral("…");
}

// {"workloads", "tickets", "gate", "mid", "escalate-below"} as "tickets: gate mid escalate-below".
QString pathWords(const Path& path) {
  const auto joined = [&](std::ptrdiff_t from) { return QString::fromStdString(join({path.begin() + from, path.end()}, " ")); };
  if (path.size() < 2 || path[0] != "workloads") return joined(0);
  return path.size() == 2 ? QStringLiteral("workload ") + QString::fromStdString(path[1])
                          : QString::fromStdString(path[1]) + QStringLiteral(": ") + joined(2);
}

// Walks two documents side by side; nullptr: this side has nothing there.
class Comparison {
 public:
  std::vector<PolicyChange> changes;

  void compare(const Json* before, const Json* after, const std::string& pointer, const Path& path) {
    if (before && after && *before == *after) return;
    if (before && after && before->is_object() && after->is_object()) return objects(*before, *after, pointer, path);
    if (before && after && before->is_array() && after->is_array()) {
      const auto a = namesIn(*before), b = namesIn(*after);
      if (a && b) return named(*before, *a, *after, *b, pointer, path);
      if (before->size() == after->size()) return places(*before, *after, pointer, path);
    }
    // What only one side has is told leaf by leaf, so that a new gate says its numbers.
    if (!before && after && after->is_object() && !after->empty()) return objects(Json::object(), *after, pointer, path);
    if (!after && before && before->is_object() && !before->empty()) return objects(*before, Json::object(), pointer, path);
    changes.push_back({pointer, pathWords(path), valueText(before), valueText(after)});
  }

 private:
  static Path with(const Path& path, const std::string& part) {
    Path longer = path;
    longer.push_back(part);
    return longer;
  }
  void objects(const Json& before, const Json& after, const std::string& pointer, const Path& path) {
    std::set<std::string> keys;
    for (const Json* side : {&before, &after}) {
      for (const auto& item : side->items()) keys.insert(item.key());
    }
    for (const std::string& key : keys) {
      compare(before.contains(key) ? &before[key] : nullptr, after.contains(key) ? &after[key] : nullptr, childPointer(pointer, key),
              with(path, key));
    }
  }
  void named(const Json& before, const std::vector<std::string>& a, const Json& after, const std::vector<std::string>& b,
             const std::string& pointer, const Path& path) {
    std::vector<std::string> common_a, common_b;
    for (std::size_t i = 0; i < b.size(); ++i) {
      const auto was = std::find(a.begin(), a.end(), b[i]);
      if (was != a.end()) common_b.push_back(b[i]);
      compare(was == a.end() ? nullptr : &before[static_cast<std::size_t>(was - a.begin())], &after[i],
              childPointer(pointer, std::to_string(i)), with(path, b[i]));
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (std::find(b.begin(), b.end(), a[i]) != b.end()) common_a.push_back(a[i]);
      else compare(&before[i], nullptr, childPointer(pointer, std::to_string(i)), with(path, a[i]));
    }
    if (common_a == common_b) return;
    const auto order = [](const std::vector<std::string>& names) { return QString::fromStdString(join(names, ", ")); };
    changes.push_back({pointer, pathWords(with(path, "order")), order(common_a), order(common_b)});
  }
  void places(const Json& before, const Json& after, const std::string& pointer, const Path& path) {
    for (std::size_t i = 0; i < before.size(); ++i) {
      compare(&before[i], &after[i], childPointer(pointer, std::to_string(i)), with(path, std::to_string(i)));
    }
  }
};
}  // namespace

std::string childPointer(const std::string& pointer, const std::string& key) {
  std::string text = pointer + "/";
  for (const char c : key) text += c == '~' ? std::string("~0") : c == '/' ? std::string("~1") : std::string(1, c);
  return text;
}

std::optional<std::vector<std::string>> namesIn(const Json& list) {
  if (!list.is_array()) return std::nullopt;
  std::vector<std::string> names;
  for (const Json& item : list) {
    if (item.is_string()) {
      names.push_back(item.get<std::string>());
    } else if (!item.is_object()) {
      return std::nullopt;
    } else if (const auto name = item.find("name"); name != item.end() && name->is_string()) {
      names.push_back(name->get<std::string>());
    } else {
      Json rule = item;
      rule.erase("to");  // where an override sends is what it says, not what it is
      names.push_back(rule.size() == 1 && rule.front().is_string() ? rule.front().get<std::string>() : rule.dump());
    }
  }
  const std::set<std::string> distinct(names.begin(), names.end());
  if (distinct.size() != names.size()) return std::nullopt;
  return names;
}

std::vector<PolicyChange> changesBetween(const Json& before, const Json& after) {
  Comparison comparison;
  comparison.compare(&before, &after, {}, {});
  return std::move(comparison.changes);
}

}  // namespace signalbox::ui
