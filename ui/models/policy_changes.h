// SPDX-License-Identifier: GPL-3.0-only
// What differs between policies, and what becomes of a policy that two people changed. Elements of a list are known by what they
// are called, never by their place: a workload put in before yours is not yours. Pure.
#pragma once
#include <QString>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace signalbox::ui {

struct PolicyChange {
  std::string pointer;                // in the document that has it, the later one first
  QString what;                       // "tickets: gate local escalate-below"
  QString before, after;              // as text; – where there is none
};

// The leaves in which two documents differ, from `before` to `after`.
[[nodiscard]] std::vector<PolicyChange> changesBetween(const Json& before, const Json& after);

struct PolicyMerge {
  Json document;
  std::vector<std::string> both;      // pointers, in ours, to what both sides changed; ours stands there
};
// Ours and theirs both began as `base`.
[[nodiscard]] PolicyMerge mergePolicies(const Json& base, const Json& ours, const Json& theirs);

// What the elements of a list are called: a name, a word, or an override's rule. nullopt: they cannot be told apart so.
[[nodiscard]] std::optional<std::vector<std::string>> namesIn(const Json& list);
[[nodiscard]] std::string childPointer(const std::string& pointer, const std::string& key);

}  // namespace signalbox::ui
