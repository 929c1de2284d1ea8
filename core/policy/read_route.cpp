// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/strings.h"
#include "policy/read_workload.h"

namespace signalbox::policy {
namespace {

constexpr const char* kAvailable = "available in this version are fixed, heuristic, tree and cascade";

template <class Number>
void readNumber(const Json& json, const char* key, Number& into) {
  if (const Json* value = member(json, key)) into = value->get<Number>();
}

void readTree(const Json& json, const std::string& pointer, classify::TreeRules& rules, Findings& findings) {
  readNumber(json, "short-tokens", rules.short_tokens);
  readNumber(json, "depth-first", rules.depth_first);
  readNumber(json, "depth-second", rules.depth_second);
  readNumber(json, "depth-plus-one-tokens", rules.depth_plus_one_tokens);
  readNumber(json, "depth-plus-two-tokens", rules.depth_plus_two_tokens);
  readNumber(json, "max-keyword-hits", rules.max_keyword_hits);
  if (const Json* value = member(json, "latency-sensitive")) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration(*value, pointer + "/latency-sensitive", findings));
    rules.latency_sensitive_ms = static_cast<int>(std::min<std::int64_t>(ms.count(), 86'400'000));
  }
  if (const Json* value = member(json, "keywords")) {
    rules.keywords.clear();
    for (const Json& word : *value) rules.keywords.push_back(toLower(trim(word.get_ref<const std::string&>())));
  }
  if (rules.depth_first > rules.depth_second) {
    findings.error(pointer, "depth-first (" + std::to_string(rules.depth_first) + ") is above depth-second (" +
                                std::to_string(rules.depth_second) + "); the first tier must take no deeper work than the second");
  }
}

void readHeuristic(const Json& json, const std::string& pointer, classify::HeuristicRules& rules, Findings& findings) {
  const bool with_defaults = json.value("defaults", true);
  const bool has_own = json.contains("first") || json.contains("middle") || json.contains("last");
  if (with_defaults) rules = classify::HeuristicRules::builtIn();  // already compiled
  readNumber(json, "short-tokens", rules.short_tokens);
  readNumber(json, "long-tokens", rules.long_tokens);
  if (rules.short_tokens > rules.long_tokens) {
    findings.error(pointer, "short-tokens (" + std::to_string(rules.short_tokens) + ") is above long-tokens (" +
                                std::to_string(rules.long_tokens) + ")");
  }
  if (!has_own) return;
  std::vector<classify::HeuristicRule> all;
  int level = 0;
  for (const char* key : {"first", "middle", "last"}) {
    const Json* list = member(json, key);
    for (std::size_t i = 0; list && i < list->size(); ++i) {
      const Json& entry = (*list)[i];
      classify::HeuristicRule rule;
      rule.pattern = entry.is_string() ? entry.get<std::string>() : entry.at("pattern").get<std::string>();
      rule.name = entry.is_string() ? shortened("pattern " + rule.pattern, 80) : entry.at("name").get<std::string>();
      rule.level = level;
      if (entry.is_object() && entry.contains("max-words")) rule.max_words = entry["max-words"].get<int>();
      if (const auto compiled = text::Pattern::compile(rule.pattern); !compiled) {
        findings.error(pointer + "/" + key + "/" + std::to_string(i), compiled.error().message);
        continue;
      }
      all.push_back(std::move(rule));
    }
    ++level;
  }
  if (with_defaults) {
    const auto& defaults = classify::HeuristicRules::defaults();
    all.insert(all.end(), defaults.begin(), defaults.end());
  }
  if (const auto set = rules.setRules(std::move(all)); !set) findings.error(pointer, set.error().message);
}

void readBoundaries(const Json& json, const std::string& pointer, std::size_t tiers, Workload& workload, Findings& findings) {
  workload.boundaries = json.get<std::vector<double>>();
  const std::size_t wanted = tiers == 0 ? 0 : tiers - 1;
  if (workload.boundaries.size() != wanted) {
    findings.error(pointer, "there are " + std::to_string(workload.boundaries.size()) + " boundaries; allowed is one less than tiers: " +
                                std::to_string(wanted));
  }
  for (std::size_t i = 1; i < workload.boundaries.size(); ++i) {
    if (workload.boundaries[i] < workload.boundaries[i - 1]) {
      findings.error(pointer + "/" + std::to_string(i), shortest(workload.boundaries[i]) + " is below the boundary before it (" +
                                                            shortest(workload.boundaries[i - 1]) + "); boundaries ascend");
    }
  }
}

}  // namespace

void readRoute(const Json& route, const std::string& pointer, const std::vector<std::string>& tiers, Workload& workload,
               Findings& findings) {
  using domain::Strategy;
  const std::string word = route.value("strategy", std::string(domain::name(workload.strategy)));
  workload.strategy = *domain::parse<Strategy>(word);
  if (workload.strategy == Strategy::Classifier || workload.strategy == Strategy::Llm) {
    findings.error(pointer + "/strategy", "the strategy \"" + word + "\" is not available yet; " + kAvailable);
  }
  const Json* tier = member(route, "tier");
  if (workload.strategy == Strategy::Fixed && !tier) {
    findings.error(pointer, "the strategy \"fixed\" needs a tier; allowed is " + join(tiers, ", "));
  } else if (tier && workload.strategy != Strategy::Fixed) {
    findings.error(pointer + "/tier", "only the strategy \"fixed\" names its tier; this one is \"" + word + "\"", true);
  } else if (tier) {
    workload.fixed_tier = tierNamed(tier->get<std::string>(), pointer + "/tier", tiers, findings);
  }
  const bool scores = workload.strategy != Strategy::Fixed && workload.strategy != Strategy::Cascade;
  if (const Json* value = member(route, "boundaries")) {
    readBoundaries(*value, pointer + "/boundaries", tiers.size(), workload, findings);
    if (!scores) findings.warn(pointer + "/boundaries", "boundaries have no effect on the strategy \"" + word + "\", which has no score");
  }
  readTree(route.value("tree", Json::object()), pointer + "/tree", workload.tree, findings);
  // Without the strategy the patterns stay uncompiled: nobody asks for them, and documents come with many workloads.
  if (workload.strategy == Strategy::Heuristic || route.contains("heuristic")) {
    readHeuristic(route.value("heuristic", Json::object()), pointer + "/heuristic", workload.heuristic, findings);
  }
}

}  // namespace signalbox::policy
