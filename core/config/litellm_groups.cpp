// SPDX-License-Identifier: Apache-2.0
// Fallbacks: chains of groups become the one order that tiers have.
#include <algorithm>
#include <set>

#include "config/litellm_parts.h"
#include "schema/pointer.h"

namespace signalbox::config {
namespace {

struct Chain {
  std::string from;
  std::vector<std::string> to;
  std::string pointer;
};

// `fallbacks: [{a: [b, c]}]`, under router_settings or litellm_settings; pairs that are not names are noted.
std::vector<Chain> chains(LitellmReading& reading, const char* key) {
  std::vector<Chain> all;
  for (const std::string section : {"litellm_settings", "router_settings"}) {
    const Json settings = reading.json.value(section, Json());
    if (!settings.is_object() || !settings.contains(key)) continue;
    const std::string base = "/" + section + "/" + key;
    const Json& list = settings[key];
    const auto refuse = [&](const std::string& pointer) { reading.leftOut(pointer, "it must be a list such as [{\"small\": [\"large\"]}]"); };
    if (!list.is_array()) {
      if (!list.is_null()) refuse(base);
      continue;
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string at = base + "/" + std::to_string(i);
      if (!list[i].is_object()) {
        refuse(at);
        continue;
      }
      for (const auto& [from, targets] : list[i].items()) {
        Chain chain{from, {}, at + "/" + schema::pointerToken(from)};
        for (const Json& target : targets.is_array() ? targets : Json::array({targets})) {
          if (target.is_string()) chain.to.push_back(target.get<std::string>());
          else reading.leftOut(chain.pointer, "a fallback with a request of its own cannot be made");
        }
        all.push_back(std::move(chain));
      }
    }
  }
  return all;
}

// Who must stand before whom; never a circle.
class Order {
 public:
  explicit Order(std::size_t size) : after_(size) {}
  // False where `to` already stands before `from`.
  bool add(std::size_t from, std::size_t to) {
    if (from == to || reaches(to, from)) return false;
    if (std::find(after_[from].begin(), after_[from].end(), to) == after_[from].end()) after_[from].push_back(to);
    return true;
  }
  // Followers directly behind the one they follow where that can be, else in the order of the file.
  [[nodiscard]] std::vector<std::size_t> sorted() const {
    std::vector<std::size_t> waits(after_.size());
    for (const auto& followers : after_) {
      for (const auto one : followers) ++waits[one];
    }
    std::vector<std::size_t> order;
    std::set<std::size_t> placed;
    while (order.size() < after_.size()) {
      const std::size_t next = pick(order, placed, waits);
      order.push_back(next);
      placed.insert(next);
      for (const auto one : after_[next]) --waits[one];
    }
    return order;
  }

 private:
  [[nodiscard]] bool reaches(std::size_t from, std::size_t to) const {
    std::vector<std::size_t> open{from};
    std::set<std::size_t> seen;
    while (!open.empty()) {
      const std::size_t at = open.back();
      open.pop_back();
      if (at == to) return true;
      if (!seen.insert(at).second) continue;
      open.insert(open.end(), after_[at].begin(), after_[at].end());
    }
    return false;
  }
  [[nodiscard]] std::size_t pick(const std::vector<std::size_t>& order, const std::set<std::size_t>& placed, const std::vector<std::size_t>& waits) const {
    const auto ready = [&](std::size_t one) { return waits[one] == 0 && !placed.contains(one); };
    if (!order.empty()) {
      for (const auto one : after_[order.back()]) {
        if (ready(one)) return one;
      }
    }
    for (std::size_t one = 0; one < waits.size(); ++one) {
      if (ready(one)) return one;
    }
    return 0;
  }

  std::vector<std::vector<std::size_t>> after_;
};

std::optional<std::size_t> indexOf(const LitellmReading& reading, const std::string& name) {
  for (std::size_t i = 0; i < reading.groups.size(); ++i) {
    if (reading.groups[i].name == name) return i;
  }
  return std::nullopt;
}

void follow(LitellmReading& reading, Order& order, const Chain& chain) {
  auto last = indexOf(reading, chain.from);
  if (!last) return reading.leftOut(chain.pointer, "there is no model group of this name here");
  for (const auto& name : chain.to) {
    const auto next = indexOf(reading, name);
    if (!next) {
      reading.leftOut(chain.pointer, "it falls back to a model group that is not here");
    } else if (!order.add(*last, *next)) {
      reading.leftOut(chain.pointer, "tiers have one order, and \"" + name + "\" stands before \"" + reading.groups[*last].name + "\" in it",
                      "fallbacks go one way; choose which of the two comes first");
    } else {
      last = next;
    }
  }
}

void addDefaults(LitellmReading& reading, Order& order) {
  const Json settings = reading.json.value("litellm_settings", Json());
  const Json list = settings.is_object() ? settings.value("default_fallbacks", Json::array()) : Json::array();
  if (!list.is_array()) return reading.leftOut("/litellm_settings/default_fallbacks", "it must be a list of names");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string pointer = "/litellm_settings/default_fallbacks/" + std::to_string(i);
    const auto to = list[i].is_string() ? indexOf(reading, list[i].get<std::string>()) : std::nullopt;
    if (!to) {
      reading.leftOut(pointer, "there is no model group of this name here");
      continue;
    }
    for (std::size_t from = 0; from < reading.groups.size(); ++from) {
      if (from == *to || reading.groups[from].pinned || order.add(from, *to)) continue;
      reading.leftOut(pointer, "tiers have one order, and \"" + reading.groups[from].name + "\" stands behind \"" + reading.groups[*to].name + "\" in it", "it falls back no further");
    }
  }
}

}  // namespace

void orderLitellmGroups(LitellmReading& reading) {
  Order order(reading.groups.size());
  const auto plain = chains(reading, "fallbacks");
  for (const auto& chain : plain) follow(reading, order, chain);
  for (const auto& chain : chains(reading, "content_policy_fallbacks")) {
    follow(reading, order, chain);
    if (auto* group = reading.group(chain.from)) group->refusals_escalate = true;
    reading.changed(chain.pointer, "an answer that refuses goes to the next tier", "streams of this workload are held whole until they are judged");
  }
  for (const auto& chain : chains(reading, "context_window_fallbacks")) {
    reading.leftOut(chain.pointer, "a prompt that is too long for its model is the provider's 400, which is passed on", "give long prompts a tier with a large window");
  }
  addDefaults(reading, order);
  std::vector<LitellmGroup> sorted;
  for (const auto at : order.sorted()) sorted.push_back(reading.groups[at]);
  reading.groups = std::move(sorted);
  // Where a failure goes is the order's alone; say it where the file said otherwise.
  std::vector<std::string> tiers;
  for (const auto& group : reading.groups) {
    if (!group.pinned) tiers.push_back(group.name);
  }
  for (std::size_t i = 0; i + 1 < tiers.size(); ++i) {
    const auto chain = std::find_if(plain.begin(), plain.end(), [&](const Chain& one) { return one.from == tiers[i]; });
    const std::vector<std::string> rest(tiers.begin() + static_cast<std::ptrdiff_t>(i) + 1, tiers.end());
    if (chain != plain.end() && chain->to == rest) continue;
    std::string names;
    for (const auto& name : rest) names += (names.empty() ? "" : ", ") + name;
    reading.changed(chain != plain.end() ? chain->pointer : reading.group(tiers[i])->pointer + "/model_name",
                    "a failure of \"" + tiers[i] + "\" goes on to " + names + ": every tier falls back to those after it", "reorder the tiers where that is not wanted");
  }
}

}  // namespace signalbox::config
