// SPDX-License-Identifier: Apache-2.0
// policy.*: documents travel as JSON; the server alone knows what they mean.
#include "control/fields.h"
#include "control/wire.h"

namespace signalbox::control {

Json toJson(const domain::PolicyState& state) {
  Json json{{"live", state.live},
            {"confirmed", state.confirmed},
            {"confirm_by", state.confirm_by ? Json(formatIso(*state.confirm_by, 6)) : Json(nullptr)},
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

Json toJson(const PolicyCheck& check) {
  Json errors = Json::array();
  for (const PolicyIssue& issue : check.errors) {
    errors.push_back({{"line", issue.line}, {"column", issue.column}, {"message", issue.message}, {"allowed", issue.allowed}});
  }
  return {{"policy", check.policy.json}, {"errors", std::move(errors)}};
}

Result<PolicyCheck> policyCheckFromJson(const Json& json) {
  PolicyCheck check;
  Fields fields(json);
  if (const Json* policy = fields.find("policy")) check.policy.json = *policy;
  const auto issue = [](const Json& item) -> Result<PolicyIssue> {
    PolicyIssue one;
    Fields inner(item);
    inner.read("line", one.line);
    inner.read("column", one.column);
    inner.read("message", one.message);
    inner.read("allowed", one.allowed);
    return inner.done(std::move(one));
  };
  if (const Json* errors = fields.find("errors")) {
    auto list = listFromJson<PolicyIssue>(*errors, +issue);
    if (!list) return std::unexpected(std::move(list.error()));
    check.errors = std::move(*list);
  }
  return fields.done(std::move(check));
}

Json toJson(const PolicyApplied& applied) {
  return {{"revision", applied.revision},
          {"confirm_by", applied.confirm_by ? Json(formatIso(*applied.confirm_by, 6)) : Json(nullptr)}};
}

Result<PolicyApplied> policyAppliedFromJson(const Json& json) {
  PolicyApplied applied;
  Fields fields(json);
  fields.need("revision");
  fields.read("revision", applied.revision);
  fields.time("confirm_by", applied.confirm_by);
  return fields.done(applied);
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
