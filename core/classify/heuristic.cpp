// SPDX-License-Identifier: Apache-2.0
#include "classify/heuristic.h"

#include <algorithm>

namespace signalbox::classify {
namespace {

int countWords(std::string_view text) {
  int words = 0;
  bool in_word = false;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank && !in_word) ++words;
    in_word = !blank;
  }
  return words;
}

HeuristicScore byLength(const Features& features, const HeuristicRules& rules) {
  const std::string tokens = std::to_string(features.input_tokens) + " input tokens";
  if (features.input_tokens <= rules.short_tokens) {
    return {0, "nothing recognised, and " + tokens + " are no more than " + std::to_string(rules.short_tokens)};
  }
  if (features.input_tokens <= rules.long_tokens) {
    return {1, "nothing recognised, and " + tokens + " are between " + std::to_string(rules.short_tokens) + " and " +
                   std::to_string(rules.long_tokens)};
  }
  return {2, "nothing recognised, and " + tokens + " are more than " + std::to_string(rules.long_tokens)};
}

}  // namespace

const HeuristicRules& HeuristicRules::builtIn() {
  static const HeuristicRules rules = [] {
    HeuristicRules made;
    made.setRules(defaults()).value();  // ours, and a test compiles them
    return made;
  }();
  return rules;
}

Result<void> HeuristicRules::setRules(std::vector<HeuristicRule> rules) {
  std::vector<std::string> sources;
  sources.reserve(rules.size());
  for (const HeuristicRule& rule : rules) sources.push_back(rule.pattern);
  auto compiled = text::PatternSet::compile(sources);
  if (!compiled) return std::unexpected(std::move(compiled.error()));
  patterns_ = *std::move(compiled);
  rules_ = std::move(rules);
  return {};
}

HeuristicScore heuristicTier(const Features& features, const HeuristicRules& rules) {
  std::vector<int> found;
  rules.patterns().search(features.last_user, found);
  if (found.empty()) return byLength(features, rules);
  std::sort(found.begin(), found.end());  // the first rule of the highest level gives the reason, whatever order they came in
  const bool is_long = features.input_tokens > rules.long_tokens;
  std::optional<int> words;
  HeuristicScore best{-1, {}};
  for (const int at : found) {
    const HeuristicRule& rule = rules.rules()[static_cast<std::size_t>(at)];
    int level = rule.level + (is_long ? 1 : 0);
    std::string note = is_long ? ", over " + std::to_string(rules.long_tokens) + " input tokens" : "";
    if (!is_long && rule.max_words) {
      if (!words) words = countWords(features.last_user);
      if (*words > *rule.max_words) {
        ++level;
        note = ", over " + std::to_string(*rule.max_words) + " words";
      }
    }
    level = std::min(level, 2);
    if (level > best.tier) best = {level, rule.name + note};
  }
  return best;
}

}  // namespace signalbox::classify
