// SPDX-License-Identifier: Apache-2.0
// policy.*: documents travel as JSON; the server alone knows what they mean.
#include "control/fields.h"
#include "control/wire.h"

namespace signalbox::control {

Json toJson(const domain::PolicyState& state) {
  Json json{{"live", state.live},
            {"confirmed", state.confirmed},
            {"confirm_by", timeOrNull(state.confirm_by)},
            {"by", state.by},
            {"at", formatIso(state.at, 6)}};
  putOptional(json, "draft", state.draft);
  putOptional(json, "canary", state.canary);
  return json;
}

Result<domain::PolicyState> policyStateFromJson(const Json& json) {
  domain::PolicyState state;
  Fields fields(json);
  fields.need("live");
  fields.read("live", state.live);
  fields.read("draft", state.draft);
  fields.read("canary", state.canary);
  fields.read("confirmed", state.confirmed);
  fields.time("confirm_by", state.confirm_by);
  fields.read("by", state.by);
  fields.time("at", state.at);
  return fields.done(std::move(state));
}

Json toJson(const domain::PolicyRevision& revision) {
  Json json{{"revision", revision.revision},
            {"state", domain::name(revision.state)},
            {"ts", formatIso(revision.ts, 6)},
            {"who", revision.who},
            {"reason", revision.reason},
            {"diff", revision.diff},
            {"confirmed", revision.confirmed}};
  putOptional(json, "restores", revision.restores);
  putTime(json, "confirm_by", revision.confirm_by);
  if (!revision.document.json.empty()) json["policy"] = revision.document.json;
  return json;
}

Result<domain::PolicyRevision> policyRevisionFromJson(const Json& json) {
  domain::PolicyRevision revision;
  Fields fields(json);
  fields.need("revision");
  fields.read("revision", revision.revision);
  fields.word("state", revision.state, &domain::parseRevisionState);
  fields.time("ts", revision.ts);
  fields.read("who", revision.who);
  fields.read("reason", revision.reason);
  fields.read("diff", revision.diff);
  fields.read("confirmed", revision.confirmed);
  fields.read("restores", revision.restores);
  fields.time("confirm_by", revision.confirm_by);
  if (const Json* policy = fields.find("policy")) revision.document.json = *policy;
  return fields.done(std::move(revision));
}

namespace {

Json issuesToJson(const std::vector<PolicyIssue>& issues) {
  Json list = Json::array();
  for (const PolicyIssue& issue : issues) {
    list.push_back({{"line", issue.line}, {"column", issue.column}, {"message", issue.message}, {"allowed", issue.allowed}});
  }
  return list;
}

Result<std::vector<PolicyIssue>> issuesFromJson(const Json& json) {
  const auto issue = [](const Json& item) -> Result<PolicyIssue> {
    PolicyIssue one;
    Fields inner(item);
    inner.read("line", one.line);
    inner.read("column", one.column);
    inner.read("message", one.message);
    inner.read("allowed", one.allowed);
    return inner.done(std::move(one));
  };
  return listFromJson<PolicyIssue>(json, +issue);
}

Result<std::vector<domain::DocumentError>> findingsFromJson(const Json& json) {
  const auto finding = [](const Json& item) -> Result<domain::DocumentError> {
    domain::DocumentError one;
    Fields inner(item);
    inner.read("pointer", one.pointer);
    inner.read("message", one.message);
    return inner.done(std::move(one));
  };
  return listFromJson<domain::DocumentError>(json, +finding);
}

}  // namespace

Json toJson(const PolicyCheck& check) {
  return {{"policy", check.policy.json}, {"errors", issuesToJson(check.errors)}, {"warnings", issuesToJson(check.warnings)}};
}

Result<PolicyCheck> policyCheckFromJson(const Json& json) {
  PolicyCheck check;
  Fields fields(json);
  if (const Json* policy = fields.find("policy")) check.policy.json = *policy;
  fields.with("errors", check.errors, &issuesFromJson);
  fields.with("warnings", check.warnings, &issuesFromJson);
  return fields.done(std::move(check));
}

Json toJson(const PolicyApplied& applied) {
  Json json{{"revision", applied.revision},
            {"confirm_by", timeOrNull(applied.confirm_by)},
            {"warnings", Json::array()}};
  for (const auto& warning : applied.warnings) json["warnings"].push_back({{"pointer", warning.pointer}, {"message", warning.message}});
  return json;
}

Result<PolicyApplied> policyAppliedFromJson(const Json& json) {
  PolicyApplied applied;
  Fields fields(json);
  fields.need("revision");
  fields.read("revision", applied.revision);
  fields.time("confirm_by", applied.confirm_by);
  fields.with("warnings", applied.warnings, &findingsFromJson);
  return fields.done(std::move(applied));
}

Json toJson(const PolicyApply& change) {
  Json json{{"policy", change.policy.json}, {"base", change.base}, {"confirm_within_s", change.confirm_within_s}};
  if (!change.reason.empty()) json["reason"] = change.reason;
  if (change.override_guardrail) json["override"] = true;
  return json;
}

Result<PolicyApply> policyApplyFromJson(const Json& json) {
  PolicyApply change;
  Fields fields(json);
  fields.need("policy");
  fields.need("base");
  if (const Json* policy = fields.find("policy")) {
    if (policy->is_object()) change.policy.json = *policy;
    else fields.fault("policy", "a policy document");
  }
  fields.read("base", change.base);
  if (change.base < 1) fields.fault("base", "the revision this change was made on");
  fields.read("reason", change.reason);
  if (change.reason.size() > 4096) fields.fault("reason", "at most 4096 bytes");
  fields.read("confirm_within_s", change.confirm_within_s);
  if (change.confirm_within_s < 0 || change.confirm_within_s > 86'400) fields.fault("confirm_within_s", "from 0 to 86400");
  fields.read("override", change.override_guardrail);
  return fields.done(std::move(change));
}

Json toJson(const PolicyHistoryQuery& query) {
  Json json{{"limit", query.limit}};
  if (query.since > 0) json["since"] = formatIso(query.since, 6);
  if (query.until != INT64_MAX) json["until"] = formatIso(query.until, 6);
  putOptional(json, "before", query.before);
  return json;
}

Result<PolicyHistoryQuery> policyHistoryQueryFromJson(const Json& json) {
  PolicyHistoryQuery query;
  Fields fields(json);
  fields.time("since", query.since);
  fields.time("until", query.until);
  fields.read("limit", query.limit);
  fields.read("before", query.before);
  if (query.limit < 1 || query.limit > 1000) fields.fault("limit", "from 1 to 1000");
  return fields.done(std::move(query));
}

}  // namespace signalbox::control
