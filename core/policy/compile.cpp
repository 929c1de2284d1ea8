// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <set>

#include "policy/findings.h"
#include "policy/policy.h"
#include "policy/read_workload.h"
#include "schema/pointer.h"

namespace signalbox::resources {
extern const std::string_view policySchema;
}

namespace signalbox::policy {
namespace {

const schema::Validator& documentSchema() {
  // Ours and checked by a test, so that value() cannot throw.
  static const schema::Validator validator = schema::Validator::compile(Json::parse(resources::policySchema)).value();
  return validator;
}

// Comparisons with NaN are false, which would let it through every range. REQUIRES: bounded depth.
void refuseNonFinite(const Json& value, const std::string& pointer, Findings& findings) {
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    findings.error(pointer, "not a finite number; thresholds are numbers from 0 to 1");
  }
  if (value.is_object()) {
    for (const auto& [key, child] : value.items()) refuseNonFinite(child, pointer + "/" + schema::pointerToken(key), findings);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) refuseNonFinite(value[i], pointer + "/" + std::to_string(i), findings);
  }
}

bool hasTheRightShape(const Json& document, Findings& findings) {
  for (const auto& violation : documentSchema().validate(document)) {
    findings.error(violation.pointer, violation.text(), violation.at_key);
  }
  if (findings.all.errors.empty()) refuseNonFinite(document, "", findings);
  return findings.all.errors.empty();
}

void readWorkloads(const Json& list, CompiledPolicy& policy, Findings& findings) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string pointer = "/workloads/" + std::to_string(i);
    Workload workload = readWorkload(list[i], pointer, policy.tiers, findings);
    if (!names.insert(workload.name).second) {
      findings.error(pointer + "/name", "there is already a workload called \"" + workload.name + "\"; names are unique");
    }
    if (workload.match.any() && i + 1 < list.size()) {
      findings.warn(pointer + "/name", "\"" + workload.name + "\" has no match and takes every request: the workloads after it are "
                                       "reached by name only");
    }
    if (!workload.match.any() && i + 1 == list.size()) {
      findings.warn(pointer + "/match", "the last workload has a match: a request that no workload takes is refused with 404");
    }
    policy.workloads.push_back(std::move(workload));
  }
}

Guardrails readGuardrails(const Json& json, Findings& findings) {
  for (const char* key : {"min-coverage", "max-quality-drop", "usd-per-day"}) {
    if (member(json, key)) {
      findings.warn(std::string("/guardrails/") + key, std::string(key) + " is not available yet and limits nothing");
    }
  }
  const auto number = [&](const char* key) -> std::optional<double> {
    const Json* value = member(json, key);
    return value ? std::optional(value->get<double>()) : std::nullopt;
  };
  return {number("max-step"), number("min-coverage"), number("max-quality-drop"), number("usd-per-day")};
}

std::shared_ptr<CompiledPolicy> compileInto(const domain::PolicyDocument& document, const std::vector<std::string>& tiers,
                                            Findings& findings) {
  if (!hasTheRightShape(document.json, findings)) return nullptr;
  auto policy = std::make_shared<CompiledPolicy>();
  policy->document = document;
  policy->tiers = tiers;
  if (tiers.empty()) findings.error("", "there are no tiers to route to");
  readWorkloads(document.json.at("workloads"), *policy, findings);
  if (const Json* value = member(document.json, "guardrails")) policy->guardrails = readGuardrails(*value, findings);
  return policy;
}

}  // namespace

std::expected<std::shared_ptr<const CompiledPolicy>, std::vector<PolicyError>> compile(const domain::PolicyDocument& document,
                                                                                       const std::vector<std::string>& tiers,
                                                                                       domain::Revision revision) {
  Findings findings;
  auto policy = compileInto(document, tiers, findings);
  if (!findings.all.errors.empty()) return std::unexpected(std::move(findings.all.errors));
  policy->revision = revision;
  policy->warnings = std::move(findings.all.warnings);
  return policy;
}

domain::DocumentFindings check(const domain::PolicyDocument& document, const std::vector<std::string>& tiers) {
  Findings findings;
  (void)compileInto(document, tiers, findings);
  return std::move(findings.all);
}

}  // namespace signalbox::policy
