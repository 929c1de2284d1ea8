// SPDX-License-Identifier: Apache-2.0
// Compiled policies: a document that was checked once and is obeyed many times. Pure and immutable; shared between threads.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "classify/features.h"
#include "classify/heuristic.h"
#include "domain/document_error.h"
#include "domain/policy_document.h"
#include "domain/request.h"
#include "domain/tier.h"
#include "domain/tier_state.h"
#include "domain/vocabulary.h"
#include "schema/validator.h"
#include "text/pattern.h"

namespace signalbox::policy {

struct Gate {
  domain::Signal signal = domain::Signal::TopClass;
  double escalate_below = 0;
  std::optional<double> trust_above;  // between the two lies the review band
  domain::StreamGate stream = domain::StreamGate::Prefix;
  int prefix_tokens = 8;
  Duration prefix_wait = std::chrono::milliseconds(500);
  domain::PriorCorrection prior_correction = domain::PriorCorrection::Off;
  domain::WhenUnknown when_unknown = domain::WhenUnknown::Accept;
};

struct Validators {
  std::vector<std::string> labels;        // enum; empty = not checked
  std::optional<schema::Validator> json_schema;
  std::optional<text::Pattern> regex;     // must be found in the answer
  std::optional<std::size_t> max_chars;
  bool refusals_escalate = false;
  [[nodiscard]] bool any() const { return !labels.empty() || json_schema || regex || max_chars || refusals_escalate; }
};

// Both conditions must hold where both are given.
struct Override {
  std::vector<std::string> domains;
  std::optional<text::Pattern> pattern;   // looked for in every user message
  domain::TierIndex to{};
  std::string rule;                       // as shown in the record: "domain finance" or "pattern (?i)…"
};

struct Workload {
  std::string name;
  struct Match {
    std::vector<std::string> models;
    std::vector<std::pair<std::string, std::vector<std::string>>> headers;  // names in lower case
    std::vector<std::string> domains;
    [[nodiscard]] bool any() const { return models.empty() && headers.empty() && domains.empty(); }
  } match;
  domain::Strategy strategy = domain::Strategy::Cascade;
  std::optional<domain::TierIndex> fixed_tier;
  std::vector<double> boundaries;         // ascending; tier i below boundaries[i]
  classify::TreeRules tree;
  classify::HeuristicRules heuristic;
  std::vector<std::optional<Gate>> gates; // by tier
  Validators validate;
  std::vector<Override> overrides;
  std::optional<Duration> latency_budget; // of the 95th percentile: a cascade that cannot keep it is not begun
  // What request features are extracted with: whether this workload expects a label or a schema.
  [[nodiscard]] bool structured() const { return !validate.labels.empty() || validate.json_schema.has_value(); }
  // Whether an answer of this tier may be refused, and the next tier asked.
  [[nodiscard]] bool mayRefuse(std::size_t tier) const { return (tier < gates.size() && gates[tier]) || validate.any(); }
};

// Limits on one change of the live policy; unset = no limit.
struct Guardrails {
  std::optional<double> max_step;          // of any one boundary or gate threshold
  std::optional<double> min_coverage;      // of the what-if preview
  std::optional<double> max_quality_drop;
  std::optional<double> usd_per_day;
};

using PolicyError = domain::DocumentError;

class CompiledPolicy {
 public:
  domain::Revision revision = 0;
  domain::PolicyDocument document;
  std::vector<std::string> tiers;         // names, in order of escalation
  std::vector<Workload> workloads;
  Guardrails guardrails;
  std::vector<PolicyError> warnings;      // accepted, but without effect in this version

  // First workload whose match holds for this model and these hints; null when none does (the last one then has a match).
  [[nodiscard]] const Workload* match(const domain::Request& request) const;
  [[nodiscard]] const Workload* byName(std::string_view name) const;
};

// Checks the document against the JSON Schema and against these tiers. Every error is listed; errors of meaning only once the
// shape is right.
[[nodiscard]] std::expected<std::shared_ptr<const CompiledPolicy>, std::vector<PolicyError>> compile(
    const domain::PolicyDocument& document, const std::vector<std::string>& tiers, domain::Revision revision);

// The same check without the result: what config/ is given to judge policy files with.
[[nodiscard]] domain::DocumentFindings check(const domain::PolicyDocument& document, const std::vector<std::string>& tiers);

struct Choice {
  domain::TierIndex start{};
  domain::Reason reason = domain::Reason::Fixed;
  std::string explanation;                // "score 0.27 is below 0.30: local"
  std::optional<double> complexity;       // nullopt for fixed, cascade, override
  std::optional<double> propensity;       // of this start among those possible; 1 when nothing was drawn
  std::string override_rule;
};

// The whole decision of where to start. Pure: same arguments, same answer. `measured`: by tier, of requests of this kind; needed only
// where the workload has a latency budget.
[[nodiscard]] Choice decide(const CompiledPolicy& policy, const Workload& workload, const domain::Request& request,
                            const classify::Features& features, const domain::TierStates& measured = {});

// "gate.mid.escalate-below 0.75 → 0.70; …": what changed between two documents, for people, and as JSON-pointer list.
struct Change {
  std::string pointer;
  std::string place;  // for people: "tickets gate.mid.escalate-below"; the workload is named where there are several
  Json before;  // null: added
  Json after;   // null: removed
};
[[nodiscard]] std::vector<Change> diff(const domain::PolicyDocument& before, const domain::PolicyDocument& after);
[[nodiscard]] std::string describe(const std::vector<Change>& changes);

}  // namespace signalbox::policy
