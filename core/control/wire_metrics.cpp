// SPDX-License-Identifier: Apache-2.0
// metrics.query, .subscribe and .baselines. What is not known is null: an estimate over nothing, an open end of an interval, the
// cost of requests whose prices are all unknown.
#include <limits>

#include "control/fields.h"
#include "control/wire.h"
#include "control/zone.h"

namespace signalbox::control {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void putEstimate(Json& json, const domain::Estimate& estimate) {
  const bool known = estimate.n > 0;
  json["value"] = known ? number(estimate.value) : Json(nullptr);
  json["lo"] = known ? number(estimate.lo) : Json(nullptr);
  json["hi"] = known ? number(estimate.hi) : Json(nullptr);
  json["n"] = estimate.n;
}

Json percentilesToJson(const domain::Percentiles& percentiles) {
  const auto value = [](const std::optional<double>& ms) { return ms ? Json(*ms) : Json(nullptr); };
  return {{"p50", value(percentiles.p50)}, {"p95", value(percentiles.p95)}, {"p99", value(percentiles.p99)}};
}

Result<domain::Percentiles> percentilesFromJson(const Json& json) {
  domain::Percentiles percentiles;
  Fields fields(json);
  fields.read("p50", percentiles.p50);
  fields.read("p95", percentiles.p95);
  fields.read("p99", percentiles.p99);
  return fields.done(percentiles);
}

Result<domain::CostPerCorrect> costPerCorrectFromJson(const Json& json) {
  auto estimate = estimateFromJson(json);
  if (!estimate) return std::unexpected(std::move(estimate.error()));
  domain::CostPerCorrect cost{*estimate, 0};
  Fields fields(json);
  fields.read("graded_share", cost.graded_share);
  return fields.done(cost);
}

Result<std::map<std::string, domain::TierShare>> tiersFromJson(const Json& json) {
  std::map<std::string, domain::TierShare> tiers;
  if (!json.is_object()) return fail(ErrorCode::InvalidRequest, "`tiers` must be an object", "tiers");
  for (const auto& [name, share] : json.items()) {
    Fields fields(share);
    fields.read("requests", tiers[name].requests);
    fields.read("cost_usd", tiers[name].cost_usd);
    fields.read("cost_known", tiers[name].cost_known);
    if (!fields.ok()) return fail(ErrorCode::InvalidRequest, "`tiers` must be {name: {requests, cost_usd}}", "tiers");
  }
  return tiers;
}

}  // namespace

Json toJson(const domain::Estimate& estimate) {
  Json json = Json::object();
  putEstimate(json, estimate);
  return json;
}

Result<domain::Estimate> estimateFromJson(const Json& json) {
  domain::Estimate estimate;
  Fields fields(json);
  fields.need("n");
  fields.read("n", estimate.n);
  if (estimate.n > 0) estimate = {kInfinity, -kInfinity, kInfinity, estimate.n};  // null: without bound
  fields.read("value", estimate.value);
  fields.read("lo", estimate.lo);
  fields.read("hi", estimate.hi);
  return fields.done(estimate);
}

Json toJson(const domain::MetricsBucket& b) {
  Json tiers = Json::object();
  for (const auto& [name, share] : b.tiers) {
    const Json cost = share.cost_known == 0 && share.requests > 0 ? Json(nullptr) : number(share.cost_usd);
    tiers[name] = {{"requests", share.requests}, {"cost_usd", cost}, {"cost_known", share.cost_known}};
  }
  Json cost = toJson(b.cost_per_correct.estimate);
  cost["graded_share"] = number(b.cost_per_correct.graded_share);
  const bool cost_unknown = b.cost_known == 0 && b.requests > 0;
  return {{"since", formatIso(b.since, 6)},
          {"until", formatIso(b.until, 6)},
          {"requests", b.requests},
          {"routed", b.routed},
          {"escalated", b.escalated},
          {"errors", b.errors},
          {"cached", b.cached},
          {"learned", b.learned},
          {"graded", b.graded},
          {"correct", number(b.correct)},
          {"cost_usd", cost_unknown ? Json(nullptr) : number(b.cost_usd)},
          {"cost_known", b.cost_known},
          {"shadow_usd", number(b.shadow_usd)},
          {"tiers", std::move(tiers)},
          {"latency_ms", percentilesToJson(b.latency_ms)},
          {"ttft_ms", percentilesToJson(b.ttft_ms)},
          {"cost_per_correct", std::move(cost)},
          {"escalation_rate", toJson(b.escalation_rate)},
          {"error_rate", toJson(b.error_rate)},
          {"accuracy", toJson(b.accuracy)}};
}

Result<domain::MetricsBucket> bucketFromJson(const Json& json) {
  domain::MetricsBucket b;
  Fields fields(json);
  fields.time("since", b.since);
  fields.time("until", b.until);
  fields.need("requests");
  fields.read("requests", b.requests);
  fields.read("routed", b.routed);
  fields.read("escalated", b.escalated);
  fields.read("errors", b.errors);
  fields.read("cached", b.cached);
  fields.read("learned", b.learned);
  fields.read("graded", b.graded);
  fields.read("correct", b.correct);
  fields.read("cost_usd", b.cost_usd);
  fields.read("cost_known", b.cost_known);
  fields.read("shadow_usd", b.shadow_usd);
  fields.with("tiers", b.tiers, &tiersFromJson);
  fields.with("latency_ms", b.latency_ms, &percentilesFromJson);
  fields.with("ttft_ms", b.ttft_ms, &percentilesFromJson);
  fields.with("cost_per_correct", b.cost_per_correct, &costPerCorrectFromJson);
  fields.with("escalation_rate", b.escalation_rate, &estimateFromJson);
  fields.with("error_rate", b.error_rate, &estimateFromJson);
  fields.with("accuracy", b.accuracy, &estimateFromJson);
  return fields.done(std::move(b));
}

Json toJson(const domain::MetricsReport& report) {
  return {{"total", toJson(report.total)},
          {"buckets", listToJson(report.buckets)},
          {"kept_since", timeOrNull(report.kept_since)}};
}

Result<domain::MetricsReport> reportFromJson(const Json& json) {
  domain::MetricsReport report;
  Fields fields(json);
  fields.need("total");
  fields.with("total", report.total, &bucketFromJson);
  const auto buckets = [](const Json& list) { return listFromJson<domain::MetricsBucket>(list, &bucketFromJson); };
  fields.with("buckets", report.buckets, +buckets);
  fields.time("kept_since", report.kept_since);
  return fields.done(std::move(report));
}

Json toJson(const MetricsDelta& delta) {
  const Json bucket = toJson(delta.bucket);
  Json json{{"seq", delta.seq}, {"bucket", bucket}, {"items", Json::array({bucket})}, {"dropped", 0}};
  if (delta.gap) json["gap"] = true;
  return json;
}

Result<MetricsDelta> metricsDeltaFromJson(const Json& json) {
  MetricsDelta delta;
  Fields fields(json);
  fields.need("bucket");
  fields.read("seq", delta.seq);
  fields.with("bucket", delta.bucket, &bucketFromJson);
  fields.read("gap", delta.gap);
  return fields.done(std::move(delta));
}

Json toJson(const domain::Baseline& baseline) {
  return {{"name", baseline.name},
          {"cost_usd", baseline.cost_usd ? number(*baseline.cost_usd) : Json(nullptr)},
          {"saving", toJson(baseline.saving)},
          {"correct_diff", toJson(baseline.correct_diff)},
          {"basis", baseline.basis},
          {"n", baseline.n}};
}

Result<domain::Baseline> baselineFromJson(const Json& json) {
  domain::Baseline baseline;
  Fields fields(json);
  fields.need("name");
  fields.read("name", baseline.name);
  fields.read("cost_usd", baseline.cost_usd);
  fields.with("saving", baseline.saving, &estimateFromJson);
  fields.with("correct_diff", baseline.correct_diff, &estimateFromJson);
  fields.read("basis", baseline.basis);
  fields.read("n", baseline.n);
  return fields.done(std::move(baseline));
}

Json toJson(const MetricsFeed& feed) {
  Json json{{"every_ms", feed.every_ms}};
  if (feed.last) json["last"] = *feed.last;
  if (!feed.where.all.empty()) json["where"] = domain::whereToJson(feed.where);
  return json;
}

Result<MetricsFeed> metricsFeedFromJson(const Json& json) {
  MetricsFeed feed;
  Fields fields(json);
  fields.with("where", feed.where, &domain::whereFromJson);
  fields.read("every_ms", feed.every_ms);
  fields.read("last", feed.last);
  if (feed.every_ms < 100 || feed.every_ms > 3'600'000) fields.fault("every_ms", "from 100 to 3600000");
  return fields.done(std::move(feed));
}

Json toJson(const MetricsQuery& query) {
  Json json{{"since", formatIso(query.since, 6)},
            {"until", formatIso(query.until, 6)},
            {"bucket", bucketText(query.bucket_us)},
            {"align", offsetText(query.align_offset_us)}};
  if (!query.where.all.empty()) json["where"] = domain::whereToJson(query.where);
  return json;
}

Result<MetricsQuery> metricsQueryFromJson(const Json& json) {
  MetricsQuery query;
  Fields fields(json);
  fields.need("since");
  fields.need("until");
  fields.time("since", query.since);
  fields.time("until", query.until);
  if (query.since >= query.until) fields.fault("since", "before `until`");
  fields.with("where", query.where, &domain::whereFromJson);
  std::string bucket = "none";
  std::string zone = "UTC";
  fields.read("bucket", bucket);
  fields.read("align", zone);
  if (const auto width = parseBucket(bucket)) query.bucket_us = *width;
  else fields.fault("bucket", "none, or a multiple of 1s, 1m, 1h or 1d such as 15m");
  if (const auto offset = zoneOffset(zone, query.until)) query.align_offset_us = *offset;
  else fields.fault("align", "UTC, an offset such as +02:00, or a zone such as Europe/Berlin");
  constexpr WallMicros kMostBuckets = 20'000;
  if (query.bucket_us > 0 && (query.until - query.since) / query.bucket_us > kMostBuckets) {
    fields.fault("bucket", "wide enough for at most 20000 buckets");
  }
  return fields.done(std::move(query));
}

}  // namespace signalbox::control
