// SPDX-License-Identifier: Apache-2.0
#include "control/wire.h"

#include <gtest/gtest.h>

#include <limits>

namespace signalbox::control {
namespace {

const WallMicros kNow = parseIso("2026-11-19T14:29:50.145678Z").value();

// Through text, as it travels.
template <class T, class Read>
T throughWire(const T& value, Read read) {
  const auto json = parseJson(toJson(value).dump());
  EXPECT_TRUE(json) << (json ? "" : json.error().message);
  auto back = read(*json);
  EXPECT_TRUE(back) << (back ? "" : back.error().message);
  // What was read writes the same again: nothing was lost on the way.
  EXPECT_EQ(toJson(*back), toJson(value));
  return std::move(*back);
}

domain::CommittedDecision decision(std::int64_t seq) {
  domain::CommittedDecision committed;
  committed.seq = seq;
  domain::Decision& d = committed.decision;
  d.id = Uuid::v7();
  d.ts = kNow;
  d.workload = "tickets";
  d.policy = 7;
  d.reason = domain::Reason::Cascade;
  d.final_tier = "mid";
  d.confidence = 0.81;
  d.latency_ms = 12.5;
  return committed;
}

TEST(WireTest, carriesHello) {
  Hello hello;
  hello.server = "signalbox 0.1.0";
  hello.router = "rack-7";
  hello.role = domain::Role::Tuner;
  hello.capabilities = {"hello", "policy.apply"};
  hello.live = 12;
  hello.time = kNow;
  hello.epoch = "e";
  hello.store_id = "s";
  hello.simulated = true;
  hello.tiers = {"local", "mid", "frontier"};
  const Json json = toJson(hello);
  EXPECT_EQ(json["policy"]["live"], 12);
  EXPECT_TRUE(json["policy"]["canary"].is_null());
  EXPECT_EQ(json["time"], "2026-11-19T14:29:50.145678Z");
  const Hello back = throughWire(hello, &helloFromJson);
  EXPECT_EQ(back.role, domain::Role::Tuner);
  EXPECT_EQ(back.tiers.size(), 3u);
  EXPECT_EQ(back.time, kNow);
}

TEST(WireTest, carriesStatusAndSaysNoEventByNull) {
  domain::RouterStatus status;
  status.state = "ready";
  status.uptime_s = 1.5;
  status.journal = {2.5, 3, 4, 5, 6, "disk full", 7, std::nullopt};
  status.in_flight = 9;
  EXPECT_TRUE(toJson(status)["last_event_ts"].is_null());
  const auto back = throughWire(status, &statusFromJson);
  EXPECT_EQ(back.journal.fault, "disk full");
  EXPECT_EQ(back.journal.dropped, 3u);
  EXPECT_EQ(back.journal.retired, 7);
  EXPECT_EQ(back.journal.kept_since, std::nullopt) << "all that there ever was";
  status.journal.kept_since = kNow;
  EXPECT_EQ(throughWire(status, &statusFromJson).journal.kept_since, kNow);
  status.last_event_ts = kNow;
  EXPECT_EQ(throughWire(status, &statusFromJson).last_event_ts, kNow);
}

TEST(WireTest, carriesDecisionsWithTheirPlaceInTheSequence) {
  DecisionBatch batch;
  batch.seq = 99;
  batch.items = {decision(97), decision(99)};
  batch.dropped = 4;
  const auto back = throughWire(batch, &batchFromJson);
  EXPECT_EQ(back.items.at(0).seq, 97);
  EXPECT_EQ(back.items.at(1).decision.id, batch.items[1].decision.id);
  EXPECT_EQ(back.items.at(1).decision.ts, kNow);
  EXPECT_FALSE(toJson(batch).contains("gap"));
  batch.gap = true;
  EXPECT_TRUE(throughWire(batch, &batchFromJson).gap);

  DecisionPage page;
  page.items = {decision(3)};
  EXPECT_TRUE(toJson(page)["next"].is_null());
  EXPECT_FALSE(toJson(page).contains("count"));
  page.next = "k";
  page.count = 12;
  page.counting = true;
  EXPECT_EQ(throughWire(page, &pageFromJson).count, 12);
}

TEST(WireTest, carriesADecisionsWayWithGatesThatAreNotThere) {
  DecisionDetail detail;
  detail.decision = decision(1).decision;
  detail.decision.attempts.resize(2);
  detail.decision.attempts[1].tier = "mid";
  detail.steps = {{"gate", "gate_escalated", {"local", "0.61", "0.82"}, std::nullopt}, {"attempt", "attempt_ok", {"mid"}, 120.0}};
  detail.recomputed = true;
  detail.tiers = {"local", "mid"};
  detail.boundaries = {0.3};
  detail.gates = {0.82, std::nullopt};
  const auto back = throughWire(detail, &detailFromJson);
  EXPECT_EQ(back.decision.attempts.size(), 2u);
  EXPECT_EQ(back.steps.at(0).args.at(1), "0.61");
  EXPECT_EQ(back.steps.at(1).us, 120.0);
  EXPECT_EQ(back.gates.at(0), 0.82);
  EXPECT_EQ(back.gates.at(1), std::nullopt);
}

TEST(WireTest, keepsUnknownApartFromZeroInMetrics) {
  domain::MetricsBucket bucket;
  bucket.since = kNow;
  bucket.until = kNow + 1'000'000;
  bucket.requests = 10;
  bucket.tiers["local"] = {7, 0.5, 6};
  bucket.tiers["unpriced"] = {3, 0, 0};
  bucket.latency_ms.p50 = 12;
  bucket.escalation_rate = {0.2, 0.1, 0.4, 10};
  bucket.cost_per_correct = {{0.5, 0.2, std::numeric_limits<double>::infinity(), 3}, 0.3};
  const Json json = toJson(bucket);
  EXPECT_TRUE(json["cost_usd"].is_null()) << "no price is known";
  EXPECT_TRUE(json["accuracy"]["value"].is_null()) << "nothing was graded";
  EXPECT_TRUE(json["cost_per_correct"]["hi"].is_null());
  const auto back = throughWire(bucket, &bucketFromJson);
  EXPECT_TRUE(std::isinf(back.cost_per_correct.estimate.hi));
  EXPECT_EQ(back.cost_per_correct.graded_share, 0.3);
  EXPECT_EQ(back.accuracy.n, 0);
  EXPECT_EQ(back.latency_ms.p95, std::nullopt);
  EXPECT_EQ(back.tiers.at("local").requests, 7);
  EXPECT_EQ(back.tiers.at("local").cost_known, 6);
  EXPECT_EQ(json["tiers"]["local"]["cost_usd"], 0.5);
  EXPECT_TRUE(json["tiers"]["unpriced"]["cost_usd"].is_null()) << "not known is not zero";

  domain::MetricsReport report{bucket, {bucket, bucket}};
  EXPECT_EQ(throughWire(report, &reportFromJson).buckets.size(), 2u);
  EXPECT_EQ(throughWire(report, &reportFromJson).kept_since, std::nullopt);
  report.kept_since = 5'000'000;
  EXPECT_EQ(throughWire(report, &reportFromJson).kept_since, 5'000'000);
  EXPECT_EQ(throughWire(MetricsDelta{5, bucket}, &metricsDeltaFromJson).seq, 5);
  domain::Baseline baseline{"always-frontier", std::nullopt, {0.4, 0.3, 0.5, 8}, {}, "imputed", 8};
  EXPECT_EQ(throughWire(baseline, &baselineFromJson).cost_usd, std::nullopt);
}

TEST(WireTest, carriesPolicyStatesRevisionsAndAnswers) {
  domain::PolicyState state;
  state.live = 4;
  state.confirmed = false;
  state.confirm_by = kNow;
  state.by = "ada";
  state.at = kNow - 5;
  EXPECT_EQ(throughWire(state, &policyStateFromJson).confirm_by, kNow);

  domain::PolicyRevision revision;
  revision.revision = 4;
  revision.state = domain::RevisionState::RolledBack;
  revision.restores = 2;
  revision.diff = "gate.mid.escalate-below 0.75 → 0.70";
  EXPECT_FALSE(toJson(revision).contains("policy")) << "listings carry no document";
  revision.document.json = {{"workloads", Json::array()}};
  const auto back = throughWire(revision, &policyRevisionFromJson);
  EXPECT_EQ(back.document, revision.document);
  EXPECT_EQ(back.restores, 2);

  PolicyCheck check{{revision.document}, {{3, 7, "boundaries must ascend", "0..1"}}};
  EXPECT_EQ(throughWire(check, &policyCheckFromJson).errors.at(0).column, 7);
  EXPECT_EQ(throughWire(PolicyApplied{5, kNow}, &policyAppliedFromJson).confirm_by, kNow);
  EXPECT_EQ(throughWire(PolicyApplied{5, {}}, &policyAppliedFromJson).confirm_by, std::nullopt);
}

TEST(WireTest, carriesUpstreamsAndTheAuditChain) {
  domain::UpstreamStatus upstream{"vllm", "http://127.0.0.1:8000/v1", "ok", "closed", 1, 2, 3, 4.5, "none"};
  EXPECT_EQ(throughWire(upstream, &upstreamFromJson).ttft_p50_ms, 4.5);
  upstream.refused = {{"m", "usage", true, kNow, "unknown field"}};
  const auto refused = throughWire(upstream, &upstreamFromJson).refused;
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].addition, "usage");
  EXPECT_TRUE(refused[0].with_tools);
  EXPECT_EQ(refused[0].until, kNow);
  EXPECT_EQ(throughWire(upstream, &upstreamFromJson).breaker, "closed");
  upstream.breaker.reset();
  EXPECT_FALSE(toJson(upstream).contains("breaker"));
  EXPECT_FALSE(throughWire(upstream, &upstreamFromJson).breaker);
  AuditPage page;
  page.entries.push_back({2, kNow, "ada", domain::Role::Admin, "policy.apply", 3, "d", "r", "ok", "p", "h"});
  page.broken_at = 2;
  const auto back = throughWire(page, &auditPageFromJson);
  EXPECT_EQ(back.entries.at(0).ts, kNow) << "to the microsecond: the hash is over it";
  EXPECT_EQ(back.broken_at, 2);
}

TEST(WireTest, carriesParameters) {
  DecisionFeed feed{{}, 50, 12};
  EXPECT_EQ(throughWire(feed, &decisionFeedFromJson).last, 12);
  DecisionQuery query;
  query.since = kNow;
  query.before = "x";
  query.limit = 7;
  query.deadline_ms = 300;
  EXPECT_EQ(throughWire(query, &decisionQueryFromJson).until, INT64_MAX);
  MetricsQuery metrics{kNow, kNow + 3'600'000'000, {}, 60'000'000, 7'200'000'000};
  EXPECT_EQ(throughWire(metrics, &metricsQueryFromJson).align_offset_us, 7'200'000'000);
  EXPECT_EQ(throughWire(MetricsFeed{{}, 500}, &metricsFeedFromJson).every_ms, 500);
  PolicyApply apply{{{{"workloads", Json::array()}}}, 3, "why", 60, true};
  EXPECT_TRUE(throughWire(apply, &policyApplyFromJson).override_guardrail);
  EXPECT_EQ(throughWire(PolicyHistoryQuery{0, kNow, 5, 9}, &policyHistoryQueryFromJson).before, 9);
  EXPECT_EQ(throughWire(LabelAdd{Uuid::v7(), std::nullopt, "hm"}, &labelAddFromJson).score, std::nullopt);
}

TEST(WireTest, fillsInTheDefaultsOfTheContract) {
  const auto apply = policyApplyFromJson({{"policy", Json::object()}, {"base", 1}});
  ASSERT_TRUE(apply);
  EXPECT_EQ(apply->confirm_within_s, 600);
  EXPECT_FALSE(apply->override_guardrail);
  EXPECT_TRUE(decisionFeedFromJson(nullptr)) << "params may be left out";
}

TEST(WireTest, refusesWrongParametersAndNamesThem) {
  const auto param = [](const auto& result) { return result ? std::string("accepted") : result.error().param; };
  EXPECT_EQ(param(decisionQueryFromJson({{"limit", 0}})), "limit");
  EXPECT_EQ(param(decisionQueryFromJson({{"limit", 1e9}})), "limit");
  EXPECT_EQ(param(decisionQueryFromJson({{"since", "yesterday"}})), "since");
  EXPECT_EQ(param(decisionQueryFromJson({{"since", 5}})), "since");
  EXPECT_EQ(param(metricsQueryFromJson({{"since", "2026-01-01"}})), "until");
  EXPECT_EQ(param(metricsQueryFromJson({{"since", "2026-01-01"}, {"until", "2026-02-01"}, {"bucket", "1s"}})), "bucket");
  EXPECT_EQ(param(metricsQueryFromJson({{"since", "2026-01-01"}, {"until", "2026-02-01"}, {"align", "Mars"}})), "align");
  EXPECT_EQ(param(policyApplyFromJson({{"policy", "x"}, {"base", 1}})), "policy");
  EXPECT_EQ(param(policyApplyFromJson({{"policy", Json::object()}})), "base");
  EXPECT_EQ(param(policyApplyFromJson({{"policy", Json::object()}, {"base", 1}, {"confirm_within_s", -1}})), "confirm_within_s");
  EXPECT_EQ(param(labelAddFromJson({{"decision_id", "x"}, {"score", 1}})), "decision_id");
  EXPECT_EQ(param(labelAddFromJson({{"decision_id", Uuid::v7().string()}})), "score");
  EXPECT_EQ(param(labelAddFromJson({{"decision_id", Uuid::v7().string()}, {"score", 1.01}})), "score");
  EXPECT_EQ(param(metricsFeedFromJson({{"every_ms", 10}})), "every_ms");
  EXPECT_FALSE(decisionFeedFromJson(Json::array()));
  EXPECT_FALSE(decisionFeedFromJson({{"where", {{"no_such_field", 1}}}}));
}

}  // namespace
}  // namespace signalbox::control
