// SPDX-License-Identifier: Apache-2.0
// The structs of console_api.h as the JSON of `signalbox.control.v1`, both ways; used by the server's session, by the console's
// RemoteClient and by the command line. Names and shapes are the contract's: times ISO-8601 with zone, ranges half-open, rates
// {value, lo, hi, n} with null for what is not known. Reading is strict about types, quiet about unknown keys; InvalidRequest
// names the field. Pure.
#pragma once
#include <string>
#include <vector>

#include "base/json.h"
#include "control/console_api.h"

namespace signalbox::control {

// Answers and notifications.
[[nodiscard]] Json toJson(const Hello& hello);
[[nodiscard]] Result<Hello> helloFromJson(const Json& json);
[[nodiscard]] Json toJson(const domain::RouterStatus& status);
[[nodiscard]] Result<domain::RouterStatus> statusFromJson(const Json& json);
[[nodiscard]] Json toJson(const domain::UpstreamStatus& upstream);
[[nodiscard]] Result<domain::UpstreamStatus> upstreamFromJson(const Json& json);

[[nodiscard]] Json toJson(const domain::CommittedDecision& decision);  // the record's fields and `seq`; attempts where there are
[[nodiscard]] Result<domain::CommittedDecision> committedFromJson(const Json& json);
[[nodiscard]] Json toJson(const DecisionBatch& batch);                 // {seq, items, dropped, gap?}
[[nodiscard]] Result<DecisionBatch> batchFromJson(const Json& json);
[[nodiscard]] Json toJson(const DecisionPage& page);
[[nodiscard]] Result<DecisionPage> pageFromJson(const Json& json);
[[nodiscard]] Json toJson(const DecisionDetail& detail);               // the record's fields, steps, boundaries, gates
[[nodiscard]] Result<DecisionDetail> detailFromJson(const Json& json);

[[nodiscard]] Json toJson(const domain::Estimate& estimate);
[[nodiscard]] Result<domain::Estimate> estimateFromJson(const Json& json);
[[nodiscard]] Json toJson(const domain::MetricsBucket& bucket);
[[nodiscard]] Result<domain::MetricsBucket> bucketFromJson(const Json& json);
[[nodiscard]] Json toJson(const domain::MetricsReport& report);
[[nodiscard]] Result<domain::MetricsReport> reportFromJson(const Json& json);
[[nodiscard]] Json toJson(const MetricsDelta& delta);                  // {seq, bucket}
[[nodiscard]] Result<MetricsDelta> metricsDeltaFromJson(const Json& json);
[[nodiscard]] Json toJson(const domain::Baseline& baseline);
[[nodiscard]] Result<domain::Baseline> baselineFromJson(const Json& json);

[[nodiscard]] Json toJson(const domain::PolicyState& state);
[[nodiscard]] Result<domain::PolicyState> policyStateFromJson(const Json& json);
[[nodiscard]] Json toJson(const domain::PolicyRevision& revision);     // `policy` only where the document is there
[[nodiscard]] Result<domain::PolicyRevision> policyRevisionFromJson(const Json& json);
[[nodiscard]] Json toJson(const PolicyCheck& check);
[[nodiscard]] Result<PolicyCheck> policyCheckFromJson(const Json& json);
[[nodiscard]] Json toJson(const PolicyApplied& applied);
[[nodiscard]] Result<PolicyApplied> policyAppliedFromJson(const Json& json);

[[nodiscard]] Json toJson(const domain::AuditEntry& entry);
[[nodiscard]] Result<domain::AuditEntry> auditEntryFromJson(const Json& json);
[[nodiscard]] Json toJson(const AuditPage& page);                      // {entries, chain: {verified, broken_at?}}
[[nodiscard]] Result<AuditPage> auditPageFromJson(const Json& json);

// Parameters of calls.
[[nodiscard]] Json toJson(const DecisionFeed& feed);
[[nodiscard]] Result<DecisionFeed> decisionFeedFromJson(const Json& json);
[[nodiscard]] Json toJson(const DecisionQuery& query);
[[nodiscard]] Result<DecisionQuery> decisionQueryFromJson(const Json& json);
[[nodiscard]] Json toJson(const MetricsFeed& feed);
[[nodiscard]] Result<MetricsFeed> metricsFeedFromJson(const Json& json);
[[nodiscard]] Json toJson(const MetricsQuery& query);
[[nodiscard]] Result<MetricsQuery> metricsQueryFromJson(const Json& json);
[[nodiscard]] Json toJson(const PolicyApply& change);
[[nodiscard]] Result<PolicyApply> policyApplyFromJson(const Json& json);
[[nodiscard]] Json toJson(const PolicyHistoryQuery& query);
[[nodiscard]] Result<PolicyHistoryQuery> policyHistoryQueryFromJson(const Json& json);
[[nodiscard]] Json toJson(const LabelAdd& label);
[[nodiscard]] Result<LabelAdd> labelAddFromJson(const Json& json);

template <class T>
[[nodiscard]] Json listToJson(const std::vector<T>& list) {
  Json array = Json::array();
  for (const T& item : list) array.push_back(toJson(item));
  return array;
}
template <class T>
[[nodiscard]] Result<std::vector<T>> listFromJson(const Json& json, Result<T> (*read)(const Json&)) {
  if (!json.is_array()) return fail(ErrorCode::InvalidRequest, "a list was expected");
  std::vector<T> list;
  list.reserve(json.size());
  for (const Json& item : json) {
    Result<T> one = read(item);
    if (!one) return std::unexpected(std::move(one.error()));
    list.push_back(std::move(*one));
  }
  return list;
}

}  // namespace signalbox::control
