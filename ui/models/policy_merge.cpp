// SPDX-License-Identifier: GPL-3.0-only
#include <algorithm>
#include <set>
#include <utility>

#include "models/policy_changes.h"

namespace signalbox::ui {

namespace {
using Names = std::vector<std::string>;
using Side = const Json*;  // nullptr: it has nothing there

bool same(Side a, Side b) { return a && b ? *a == *b : a == b; }
bool has(const Names& names, const std::string& name) { return std::find(names.begin(), names.end(), name) != names.end(); }
Names onlyThoseIn(const Names& names, const Names& others) {
  Names common;
  std::copy_if(names.begin(), names.end(), std::back_inserter(common), [&](const std::string& name) { return has(others, name); });
  return common;
}
Side named(const Json& list, const Names& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? nullptr : &list[static_cast<std::size_t>(found - names.begin())];
}
std::string placeOf(const Names& ours, const std::string& name) {
  return std::to_string(std::find(ours.begin(), ours.end(), name) - ours.begin());
}

class Merge {
 public:
  std::vector<std::string> both;

  std::optional<Json> merge(Side base, Side ours, Side theirs, const std::string& pointer) {
    if (same(ours, base) || same(ours, theirs)) return theirs ? std::optional(*theirs) : std::nullopt;
    if (same(theirs, base)) return ours ? std::optional(*ours) : std::nullopt;
    if (ours && theirs && ours->is_object() && theirs->is_object()) {
      return objects(base && base->is_object() ? *base : Json::object(), *ours, *theirs, pointer);
    }
    if (base && ours && theirs && base->is_array() && ours->is_array() && theirs->is_array()) {
      const auto a = namesIn(*base), b = namesIn(*ours), c = namesIn(*theirs);
      if (a && b && c) return lists(*base, *a, *ours, *b, *theirs, *c, pointer);
      if (base->size() == ours->size() && base->size() == theirs->size()) return places(*base, *ours, *theirs, pointer);
    }
    // Also where one side took away, or made another kind of, what the other changed something in.
    both.push_back(pointer);
    return ours ? std::optional(*ours) : std::nullopt;
  }

 private:
  Json objects(const Json& base, const Json& ours, const Json& theirs, const std::string& pointer) {
    std::set<std::string> keys;
    for (Side side : {&base, &ours, &theirs}) {
      for (const auto& item : side->items()) keys.insert(item.key());
    }
    const auto at = [](const Json& object, const std::string& key) { return object.contains(key) ? &object[key] : nullptr; };
    Json merged = Json::object();
    for (const std::string& key : keys) {
      if (auto value = merge(at(base, key), at(ours, key), at(theirs, key), childPointer(pointer, key))) merged[key] = std::move(*value);
    }
    return merged;
  }

  Json places(const Json& base, const Json& ours, const Json& theirs, const std::string& pointer) {
    Json merged = Json::array();
    for (std::size_t i = 0; i < ours.size(); ++i) {
      if (auto value = merge(&base[i], &ours[i], &theirs[i], childPointer(pointer, std::to_string(i)))) merged.push_back(std::move(*value));
    }
    return merged;
  }

  // Theirs in their order unless we changed ours; what only the other side has comes behind what it stood behind there.
  Names order(const Names& base, const Names& ours, const Names& theirs, const std::string& pointer) {
    const bool moved = onlyThoseIn(ours, base) != onlyThoseIn(base, ours);
    const bool moved_too = onlyThoseIn(theirs, base) != onlyThoseIn(base, theirs);
    if (moved && moved_too && onlyThoseIn(ours, theirs) != onlyThoseIn(theirs, ours)) both.push_back(pointer);
    Names whole = moved ? ours : theirs;
    const Names& other = moved ? theirs : ours;
    auto place = whole.begin();
    for (const std::string& name : other) {
      const auto there = std::find(whole.begin(), whole.end(), name);
      place = there != whole.end() ? there + 1 : whole.insert(place, name) + 1;
    }
    return whole;
  }

  Json lists(const Json& base, const Names& a, const Json& ours, const Names& b, const Json& theirs, const Names& c,
             const std::string& pointer) {
    Json merged = Json::array();
    for (const std::string& name : order(a, b, c, pointer)) {
      const Side mine = named(ours, b, name);
      const std::string at = childPointer(pointer, mine ? placeOf(b, name) : name);
      if (auto value = merge(named(base, a, name), mine, named(theirs, c, name), at)) merged.push_back(std::move(*value));
    }
    return merged;
  }
};
}  // namespace

PolicyMerge mergePolicies(const Json& base, const Json& ours, const Json& theirs) {
  Merge merge;
  PolicyMerge result;
  result.document = merge.merge(&base, &ours, &theirs, {}).value_or(Json::object());
  result.both = std::move(merge.both);
  return result;
}

}  // namespace signalbox::ui
