// SPDX-License-Identifier: Apache-2.0
// The heuristic scorer: length and keyword patterns, nothing else. Pure; compiled once, shared between threads.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "classify/features.h"
#include "text/pattern.h"

namespace signalbox::classify {

// One kind of work and the level at which it starts: 0 first tier, 1 middle, 2 last.
struct HeuristicRule {
  std::string name;                  // for the explanation: "structured extraction"
  std::string pattern;
  int level = 0;
  std::optional<int> max_words;      // a last user message longer than this starts one level higher
};

class HeuristicRules {
 public:
  std::int64_t short_tokens = 100;   // nothing recognised: first tier up to here …
  std::int64_t long_tokens = 2000;   // … the last above this; and above it a recognised kind starts one level higher

  // The built-in rules for the kinds of work that the product knows.
  [[nodiscard]] static const std::vector<HeuristicRule>& defaults();
  // … compiled; once for all, copies share it.
  [[nodiscard]] static const HeuristicRules& builtIn();
  // InvalidInput names the pattern that does not compile.
  [[nodiscard]] Result<void> setRules(std::vector<HeuristicRule> rules);
  [[nodiscard]] const std::vector<HeuristicRule>& rules() const { return rules_; }
  [[nodiscard]] const text::PatternSet& patterns() const { return patterns_; }

 private:
  std::vector<HeuristicRule> rules_;
  text::PatternSet patterns_;
};

struct HeuristicScore {
  int tier = 0;            // 0, 1, 2: the highest level among the rules that fit
  std::string because;     // for people: "asks for a translation"
};
[[nodiscard]] HeuristicScore heuristicTier(const Features& features, const HeuristicRules& rules);

}  // namespace signalbox::classify
