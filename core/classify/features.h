// SPDX-License-Identifier: Apache-2.0
// What a request looks like, and the decision tree over it. Pure; every number and word is an argument, so that the policy
// can set it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/request.h"

namespace signalbox::classify {

// The five-node tree and its reasoning depth as published.
struct TreeRules {
  std::int64_t short_tokens = 500;        // tier 1 needs fewer input tokens than this
  int depth_first = 2;                    // … and at most this depth, and structured output
  int depth_second = 3;                   // tier 2 needs at most this depth and no latency pressure
  int latency_sensitive_ms = 200;         // an SLA below this is latency-sensitive
  std::int64_t depth_plus_one_tokens = 1000;
  std::int64_t depth_plus_two_tokens = 3000;
  int max_keyword_hits = 2;
  // In lower case. A blank stands for any white space.
  std::vector<std::string> keywords{"analyze", "compare", "synthesize", "debug", "explain why", "step by step",
                                    "chain of thought", "evaluate", "critique"};
};

// REQUIRES: the request outlives its features, which look into its text.
struct Features {
  std::int64_t input_tokens = 0;          // estimate over all message text
  int reasoning_depth = 1;                // 1..5
  bool structured = false;                // response_format, or the workload expects a label or a schema
  std::optional<int> latency_sla_ms;
  std::string_view last_user;             // text of the last user message; empty when there is none
  std::vector<std::pair<std::string, double>> named;  // what the record keeps
};

[[nodiscard]] Features extract(const domain::Request& request, const TreeRules& rules, bool workload_structured);
// 1, plus hits (at most max_keyword_hits) among the keywords, case-insensitive at word starts, each once, plus 1 above
// depth_plus_one_tokens, plus 1 above depth_plus_two_tokens, at most 5.
[[nodiscard]] int reasoningDepth(std::string_view last_user, std::int64_t input_tokens, const TreeRules& rules);
// 0, 1 or 2: first, middle, last.
[[nodiscard]] int treeTier(const Features& features, const TreeRules& rules);

}  // namespace signalbox::classify
