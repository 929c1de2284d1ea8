// SPDX-License-Identifier: Apache-2.0
// decisions.subscribe, .query, .get and labels.add.
#include "base/strings.h"
#include "control/fields.h"
#include "control/wire.h"
#include "domain/decision_json.h"

namespace signalbox::control {

Json toJson(const domain::CommittedDecision& decision) {
  Json json = domain::decisionToJson(decision.decision, !decision.decision.attempts.empty());
  json["seq"] = decision.seq;
  return json;
}

Result<domain::CommittedDecision> committedFromJson(const Json& json) {
  domain::CommittedDecision committed;
  Fields fields(json);
  fields.read("seq", committed.seq);
  auto decision = domain::decisionFromJson(json);
  if (!decision) return std::unexpected(std::move(decision.error()));
  committed.decision = std::move(*decision);
  return fields.done(std::move(committed));
}

namespace {

Result<std::vector<domain::CommittedDecision>> itemsFromJson(const Json& json) {
  return listFromJson<domain::CommittedDecision>(json, &committedFromJson);
}

void readWhere(Fields& fields, domain::Where& where) { fields.with("where", where, &domain::whereFromJson); }
void putWhere(Json& json, const domain::Where& where) {
  if (!where.all.empty()) json["where"] = domain::whereToJson(where);
}
void putRange(Json& json, WallMicros since, WallMicros until) {
  if (since > 0) json["since"] = formatIso(since, 6);
  if (until != INT64_MAX) json["until"] = formatIso(until, 6);
}

}  // namespace

Json toJson(const DecisionBatch& batch) {
  Json json{{"seq", batch.seq}, {"items", listToJson(batch.items)}, {"dropped", batch.dropped}};
  if (batch.gap) json["gap"] = true;
  return json;
}

Result<DecisionBatch> batchFromJson(const Json& json) {
  DecisionBatch batch;
  Fields fields(json);
  fields.need("seq");
  fields.read("seq", batch.seq);
  fields.with("items", batch.items, &itemsFromJson);
  fields.read("dropped", batch.dropped);
  fields.read("gap", batch.gap);
  return fields.done(std::move(batch));
}

Json toJson(const DecisionPage& page) {
  Json json{{"items", listToJson(page.items)},
            {"next", page.next.empty() ? Json(nullptr) : Json(page.next)},
            {"counting", page.counting}};
  putOptional(json, "count", page.count);
  return json;
}

Result<DecisionPage> pageFromJson(const Json& json) {
  DecisionPage page;
  Fields fields(json);
  fields.need("items");
  fields.with("items", page.items, &itemsFromJson);
  fields.read("next", page.next);
  fields.read("count", page.count);
  fields.read("counting", page.counting);
  return fields.done(std::move(page));
}

Json toJson(const DecisionDetail& detail) {
  Json json = domain::decisionToJson(detail.decision, true);
  Json steps = Json::array();
  for (const RouteStep& step : detail.steps) {
    Json one{{"step", step.step}, {"code", step.code}, {"args", step.args}};
    one["us"] = step.us ? Json(*step.us) : Json(nullptr);
    steps.push_back(std::move(one));
  }
  json["steps"] = std::move(steps);
  json["recomputed"] = detail.recomputed;
  json["tiers"] = detail.tiers;
  json["boundaries"] = detail.boundaries;
  json["gates"] = Json::array();
  for (const auto& gate : detail.gates) json["gates"].push_back(gate ? Json(*gate) : Json(nullptr));
  return json;
}

namespace {

Result<std::vector<RouteStep>> stepsFromJson(const Json& json) {
  const auto one = [](const Json& item) -> Result<RouteStep> {
    RouteStep step;
    Fields fields(item);
    fields.read("step", step.step);
    fields.read("code", step.code);
    fields.read("args", step.args);
    fields.read("us", step.us);
    return fields.done(std::move(step));
  };
  return listFromJson<RouteStep>(json, +one);
}

Result<std::vector<double>> numbersFromJson(const Json& json) {
  const auto one = [](const Json& item) -> Result<double> {
    if (!item.is_number()) return fail(ErrorCode::InvalidRequest, "a number was expected");
    return item.get<double>();
  };
  return listFromJson<double>(json, +one);
}

Result<std::vector<std::optional<double>>> gatesFromJson(const Json& json) {
  const auto one = [](const Json& item) -> Result<std::optional<double>> {
    if (item.is_null()) return std::optional<double>{};
    if (!item.is_number()) return fail(ErrorCode::InvalidRequest, "a number or null was expected");
    return std::optional(item.get<double>());
  };
  return listFromJson<std::optional<double>>(json, +one);
}

}  // namespace

Result<DecisionDetail> detailFromJson(const Json& json) {
  DecisionDetail detail;
  auto decision = domain::decisionFromJson(json);
  if (!decision) return std::unexpected(std::move(decision.error()));
  detail.decision = std::move(*decision);
  Fields fields(json);
  fields.with("steps", detail.steps, &stepsFromJson);
  fields.read("recomputed", detail.recomputed);
  fields.read("tiers", detail.tiers);
  fields.with("boundaries", detail.boundaries, &numbersFromJson);
  fields.with("gates", detail.gates, &gatesFromJson);
  return fields.done(std::move(detail));
}

Json toJson(const DecisionFeed& feed) {
  Json json = Json::object();
  putWhere(json, feed.where);
  if (feed.backlog > 0) json["backlog"] = feed.backlog;
  putOptional(json, "last", feed.last);
  return json;
}

Result<DecisionFeed> decisionFeedFromJson(const Json& json) {
  DecisionFeed feed;
  Fields fields(json);
  readWhere(fields, feed.where);
  fields.read("backlog", feed.backlog);
  fields.read("last", feed.last);
  if (feed.backlog > 1000) fields.fault("backlog", "at most 1000");
  return fields.done(std::move(feed));
}

Json toJson(const DecisionQuery& query) {
  Json json{{"limit", query.limit}};
  putRange(json, query.since, query.until);
  putWhere(json, query.where);
  if (!query.before.empty()) json["before"] = query.before;
  if (!query.after.empty()) json["after"] = query.after;
  putOptional(json, "deadline_ms", query.deadline_ms);
  if (query.attempts) json["attempts"] = true;
  return json;
}

Result<DecisionQuery> decisionQueryFromJson(const Json& json) {
  DecisionQuery query;
  Fields fields(json);
  fields.time("since", query.since);
  fields.time("until", query.until);
  readWhere(fields, query.where);
  fields.read("before", query.before);
  fields.read("after", query.after);
  fields.read("limit", query.limit);
  fields.read("deadline_ms", query.deadline_ms);
  fields.read("attempts", query.attempts);
  if (query.limit < 1 || query.limit > 1000) fields.fault("limit", "from 1 to 1000");
  if (query.deadline_ms && *query.deadline_ms < 1) fields.fault("deadline_ms", "1 or more");
  if (query.since > query.until) fields.fault("since", "before `until`");
  return fields.done(std::move(query));
}

Json toJson(const LabelAdd& label) {
  Json json{{"decision_id", label.decision_id.string()}, {"score", nullptr}};
  putOptional(json, "score", label.score);
  if (!label.note.empty()) json["note"] = label.note;
  return json;
}

Result<LabelAdd> labelAddFromJson(const Json& json) {
  LabelAdd label;
  Fields fields(json);
  std::string id;
  fields.need("decision_id");
  fields.read("decision_id", id);
  const auto parsed = Uuid::parse(id);
  if (parsed) label.decision_id = *parsed;
  if (!json.is_object() || !json.contains("score")) fields.fault("score", "from 0 to 1, or null for unsure");
  fields.read("score", label.score);
  if (label.score && !(*label.score >= 0 && *label.score <= 1)) fields.fault("score", "from 0 to 1, or null for unsure");
  fields.read("note", label.note);
  if (label.note.size() > 4096) fields.fault("note", "at most 4096 bytes");
  if (fields.ok() && !parsed) return fail(ErrorCode::UnknownDecision, "no decision has the id \"" + std::string(cutUtf8(id, 64)) + "\"", "decision_id");
  return fields.done(std::move(label));
}

}  // namespace signalbox::control
