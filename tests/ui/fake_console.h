// SPDX-License-Identifier: Apache-2.0
// A router for tests of the console: answers every question from data in memory, at once or when told to, and lets a test
// commit decisions and policies. Simulated throughout; used by tests only.
#pragma once
#include <QTimer>
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "bridge/router_link.h"
#include "control/console_api.h"

namespace signalbox::ui::testing {

inline Json samplePolicy() {
  return Json::parse(R"({"workloads":[
    {"name":"tickets","match":{"model":"auto:tickets"},
     "route":{"strategy":"classifier","boundaries":[0.3,0.7]},
     "gate":{"local":{"signal":"top-class","escalate-below":0.82},
             "mid":{"signal":"mean-token","escalate-below":0.7,"trust-above":0.85}},
     "validate":{"enum":["ACCT","BILL","TECH"]}},
    {"name":"rest","route":{"strategy":"heuristic"}}]})");
}

// What the router knows; shared by its sessions. GUI thread only.
struct FakeRouter {
  std::vector<domain::CommittedDecision> decisions;  // oldest first
  std::vector<domain::PolicyRevision> revisions;     // oldest first
  std::vector<domain::AuditEntry> audit;
  std::map<domain::DecisionId, std::optional<double>> labels;
  std::map<int, std::pair<domain::Where, control::Sink<control::DecisionBatch>>> tails;
  std::map<int, control::Sink<control::MetricsDelta>> metrics;
  std::map<int, control::Sink<domain::PolicyState>> policies;
  domain::Role role = domain::Role::Admin;
  bool simulated = true;
  std::vector<double> boundaries = {0.3, 0.7};
  bool holds = false;                                // replies wait for letGo()
  std::vector<std::function<void()>> held;
  int next = 1;
  int queries = 0;
  std::optional<Error> refusal;                      // of the next policy change
  std::optional<Error> confirm_refusal, metrics_refusal, policy_refusal, audit_refusal;  // of each such question until taken away
  int lost_hellos = 0;                               // so many are answered with Unavailable
  bool gives_attempts = true;                        // where a query asks for them
  std::optional<WallMicros> kept_since;              // older decisions are deleted
  std::string without_effect;                        // said of every policy, as a warning
  int metrics_delay_ms = 0;
  WallMicros clock_ahead = 0;
  int policies_asked = 0;
  std::string store = "s1", epoch = "e1";
  std::optional<domain::PolicyDocument> applied;

  FakeRouter() { addRevision(samplePolicy(), true); }

  [[nodiscard]] domain::PolicyState state() const {
    domain::PolicyState state;
    state.live = revisions.back().revision;
    state.confirmed = revisions.back().confirmed;
    state.confirm_by = revisions.back().confirm_by;
    state.by = revisions.back().who;
    state.at = revisions.back().ts;
    return state;
  }
  void addRevision(Json document, bool confirmed, std::string who = "ana") {
    if (!revisions.empty()) revisions.back().state = domain::RevisionState::Ended;
    domain::PolicyRevision revision;
    revision.revision = static_cast<domain::Revision>(revisions.size()) + 1;
    revision.ts = wallNow();
    revision.who = std::move(who);
    revision.confirmed = confirmed;
    if (!confirmed) revision.confirm_by = wallNow() + 600'000'000;
    revision.document.json = std::move(document);
    if (revision.revision > 1) revision.diff = "gate.mid.escalate-below 0.70 → 0.65";
    revisions.push_back(revision);
    audit.push_back({static_cast<std::int64_t>(audit.size()) + 1, revision.ts, revision.who, domain::Role::Tuner, "policy.apply",
                     revision.revision, revision.diff, "", "ok", std::string(64, '0'), std::string(64, 'a')});
    for (const auto& [key, sink] : policies) sink(state());
  }
  void letGo() {
    for (const auto& reply : std::exchange(held, {})) reply();
  }
  // A decision of the workload tickets at `ts`, answered by `tier`.
  domain::CommittedDecision make(WallMicros ts, const std::string& tier = "local") const {
    domain::CommittedDecision made;
    domain::Decision& d = made.decision;
    d.id = Uuid::v7();
    d.ts = ts;
    d.router = "lab";
    d.requested_model = "auto:tickets";
    d.workload = "tickets";
    d.input_tokens = 443;
    d.output_tokens = 13;
    d.complexity = tier == "local" ? 0.16 : 0.5;
    d.policy = revisions.back().revision;
    d.start_tier = tier == "mid" ? "local" : tier;
    d.final_tier = tier;
    d.reason = domain::Reason::Boundary;
    d.escalations = tier == "mid" ? 1 : 0;
    d.confidence = 0.91;
    d.verdict = domain::Verdict::Accept;
    d.latency_ms = 184;
    d.cost_usd = 0.0000639;
    d.status = 200;
    domain::Attempt first;
    first.tier = d.start_tier;
    first.model = "small";
    first.confidence = tier == "mid" ? 0.64 : 0.91;
    first.gate = 0.82;
    first.latency_ms = 120;
    first.status = 200;
    d.attempts.push_back(first);
    if (tier == "mid") {
      domain::Attempt second = first;
      second.n = 1;
      second.tier = "mid";
      second.model = "medium";
      second.confidence = 0.91;
      second.gate = 0.7;
      d.attempts.push_back(second);
    }
    made.seq = static_cast<std::int64_t>(decisions.size()) + 1;
    return made;
  }
  void commit(domain::CommittedDecision made) {
    made.seq = static_cast<std::int64_t>(decisions.size()) + 1;
    decisions.push_back(made);
    for (const auto& [key, tail] : tails) {
      if (domain::matches(tail.first, made.decision)) tail.second(control::DecisionBatch{made.seq, {made}, 0, false});
    }
  }
};

class FakeSession final : public control::ConsoleApi {
 public:
  explicit FakeSession(std::shared_ptr<FakeRouter> router) : router_(std::move(router)) {}

  void hello(control::Reply<control::Hello> reply) override {
    if (router_->lost_hellos > 0) {
      --router_->lost_hellos;
      return reply(fail(ErrorCode::Unavailable, "the connection was closed"));
    }
    control::Hello hello;
    hello.server = "signalbox test";
    hello.router = "lab";
    hello.role = router_->role;
    hello.live = router_->state().live;
    hello.time = wallNow() + router_->clock_ahead;
    hello.epoch = router_->epoch;
    hello.store_id = router_->store;
    hello.simulated = router_->simulated;
    hello.tiers = {"local", "mid", "frontier"};
    answer(std::move(reply), hello);
  }
  Subscription subscribeStatus(int, control::Sink<domain::RouterStatus> sink) override {
    domain::RouterStatus status;
    status.state = "ready";
    status.last_event_ts = router_->decisions.empty() ? 0 : router_->decisions.back().decision.ts;
    sink(status);
    return Subscription([] {});
  }
  Subscription subscribeDecisions(control::DecisionFeed feed, control::Sink<control::DecisionBatch> sink) override {
    return keep(router_->tails, std::pair(feed.where, std::move(sink)));
  }
  void queryDecisions(control::DecisionQuery query, control::Reply<control::DecisionPage> reply) override {
    ++router_->queries;
    control::DecisionPage page;
    std::vector<domain::CommittedDecision> all = router_->decisions;
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return std::pair(a.decision.ts, a.decision.id) > std::pair(b.decision.ts, b.decision.id);
    });
    std::int64_t matching = 0;
    bool past = query.before.empty();
    for (const auto& item : all) {
      const domain::Decision& d = item.decision;
      if (d.ts < query.since || d.ts >= query.until || !domain::matches(query.where, d)) continue;
      ++matching;
      if (past && page.items.size() < query.limit) {
        page.items.push_back(item);
        if (!query.attempts || !router_->gives_attempts) page.items.back().decision.attempts.clear();
      } else if (past && page.next.empty()) {
        page.next = page.items.back().decision.id.string();
      }
      if (!past && d.id.string() == query.before) past = true;
    }
    page.count = matching;
    answer(std::move(reply), page);
  }
  void getDecision(domain::DecisionId id, control::Reply<control::DecisionDetail> reply) override {
    const auto found = std::find_if(router_->decisions.begin(), router_->decisions.end(),
                                    [&](const auto& item) { return item.decision.id == id; });
    if (found == router_->decisions.end()) return reply(fail(ErrorCode::NotFound, "no such decision"));
    control::DecisionDetail detail;
    detail.decision = found->decision;
    detail.tiers = {"local", "mid", "frontier"};
    detail.boundaries = router_->boundaries;
    detail.gates = {0.82, 0.7, std::nullopt};
    detail.steps = {{"match", "matched", {"tickets", "auto:tickets"}, 0.6}, {"classify", "scored", {"0.16", "local"}, 22.7}};
    answer(std::move(reply), detail);
  }
  void addLabel(control::LabelAdd label, control::Reply<control::Done> reply) override {
    router_->labels[label.decision_id] = label.score;
    answer(std::move(reply), control::Done{});
  }
  Subscription subscribeMetrics(control::MetricsFeed, control::Sink<control::MetricsDelta> sink) override {
    return keep(router_->metrics, std::move(sink));
  }
  void queryMetrics(control::MetricsQuery query, control::Reply<domain::MetricsReport> reply) override {
    if (router_->metrics_refusal) return reply(std::unexpected(*router_->metrics_refusal));
    domain::MetricsReport report;
    report.total.since = query.since;
    report.total.until = query.until;
    if (router_->kept_since && *router_->kept_since > query.since) report.kept_since = router_->kept_since;
    std::map<WallMicros, domain::MetricsBucket> buckets;
    for (const auto& item : router_->decisions) {
      const domain::Decision& d = item.decision;
      if (d.ts < query.since || d.ts >= query.until || !domain::matches(query.where, d)) continue;
      count(report.total, d);
      if (query.bucket_us == 0) continue;
      domain::MetricsBucket& bucket = buckets[d.ts - d.ts % query.bucket_us];
      bucket.since = d.ts - d.ts % query.bucket_us;
      bucket.until = bucket.since + query.bucket_us;
      count(bucket, d);
    }
    for (const auto& [since, bucket] : buckets) report.buckets.push_back(bucket);
    if (router_->metrics_delay_ms == 0) return answer(std::move(reply), report);
    QTimer::singleShot(router_->metrics_delay_ms, [reply = std::move(reply), report] { reply(report); });
  }
  void queryBaselines(control::MetricsQuery, control::Reply<std::vector<domain::Baseline>> reply) override {
    answer(std::move(reply), std::vector<domain::Baseline>{{"always-frontier", 3.5, {0.84, 0.83, 0.85, 900}, {}, "imputed", 900}});
  }
  Subscription subscribePolicy(control::Sink<domain::PolicyState> sink) override {
    sink(router_->state());
    return keep(router_->policies, std::move(sink));
  }
  void getPolicy(std::optional<domain::Revision> revision, control::Reply<domain::PolicyRevision> reply) override {
    ++router_->policies_asked;
    if (router_->policy_refusal) return reply(std::unexpected(*router_->policy_refusal));
    for (const auto& known : router_->revisions) {
      if (known.revision == revision.value_or(router_->state().live)) return answer(std::move(reply), known);
    }
    reply(fail(ErrorCode::NotFound, "no such revision"));
  }
  void policyYaml(std::optional<domain::Revision>, control::Reply<std::string> reply) override {
    answer(std::move(reply), router_->revisions.back().document.json.dump());
  }
  void checkPolicy(std::string text, control::Reply<control::PolicyCheck> reply) override {
    control::PolicyCheck check;
    check.policy.json = Json::parse(text, nullptr, false);
    if (check.policy.json.is_discarded()) {
      check.policy.json = Json::object();
      check.errors.push_back({2, 5, "not a policy", "a mapping"});
    }
    if (!router_->without_effect.empty()) check.warnings.push_back({7, 3, router_->without_effect, {}});
    answer(std::move(reply), check);
  }
  void applyPolicy(control::PolicyApply change, control::Reply<control::PolicyApplied> reply) override {
    if (auto refusal = std::exchange(router_->refusal, std::nullopt)) return reply(std::unexpected(*refusal));
    if (change.base != router_->state().live) return reply(fail(ErrorCode::Conflict, "the live policy is another"));
    router_->applied = change.policy;
    router_->addRevision(change.policy.json, false, "desk");
    control::PolicyApplied applied{router_->state().live, router_->state().confirm_by};
    if (!router_->without_effect.empty()) applied.warnings.push_back({"/cache", router_->without_effect});
    answer(std::move(reply), applied);
  }
  void confirmPolicy(domain::Revision, control::Reply<control::Done> reply) override {
    if (router_->confirm_refusal) return reply(std::unexpected(*router_->confirm_refusal));
    router_->revisions.back().confirmed = true;
    router_->revisions.back().confirm_by.reset();
    for (const auto& [key, sink] : router_->policies) sink(router_->state());
    answer(std::move(reply), control::Done{});
  }
  void rollbackPolicy(domain::Revision to, std::string, control::Reply<control::PolicyApplied> reply) override {
    router_->addRevision(router_->revisions[static_cast<std::size_t>(to - 1)].document.json, true, "desk");
    router_->revisions.back().restores = to;
    answer(std::move(reply), control::PolicyApplied{router_->state().live, std::nullopt});
  }
  void policyHistory(control::PolicyHistoryQuery query, control::Reply<std::vector<domain::PolicyRevision>> reply) override {
    std::vector<domain::PolicyRevision> page;
    for (auto row = router_->revisions.rbegin(); row != router_->revisions.rend() && page.size() < query.limit; ++row) {
      if (!query.before || row->revision < *query.before) page.push_back(*row);
    }
    answer(std::move(reply), page);
  }
  void listUpstreams(control::Reply<std::vector<domain::UpstreamStatus>> reply) override {
    answer(std::move(reply), std::vector<domain::UpstreamStatus>{});
  }
  void listAudit(std::size_t, std::optional<std::int64_t>, control::Reply<control::AuditPage> reply) override {
    if (router_->audit_refusal) return reply(std::unexpected(*router_->audit_refusal));
    control::AuditPage page{{router_->audit.rbegin(), router_->audit.rend()}, true, std::nullopt};
    answer(std::move(reply), page);
  }

 private:
  static void count(domain::MetricsBucket& bucket, const domain::Decision& d) {
    ++bucket.requests;
    ++bucket.routed;
    bucket.escalated += d.escalations > 0 ? 1 : 0;
    bucket.cost_usd += d.cost_usd.value_or(0);
    ++bucket.cost_known;
    ++bucket.tiers[d.final_tier].requests;
    bucket.tiers[d.final_tier].cost_usd += d.cost_usd.value_or(0);
    bucket.latency_ms = {d.latency_ms, d.latency_ms, d.latency_ms};
    const double rate = static_cast<double>(bucket.escalated) / static_cast<double>(bucket.routed);
    bucket.escalation_rate = {rate, std::max(0.0, rate - 0.01), rate + 0.01, bucket.routed};
    bucket.error_rate = {0, 0, 0.01, bucket.requests};
  }
  template <class T>
  void answer(control::Reply<T> reply, T value) {
    if (!router_->holds) return reply(std::move(value));
    router_->held.push_back([reply = std::move(reply), value = std::move(value)] { reply(value); });
  }
  template <class Map, class Value>
  Subscription keep(Map& map, Value value) {
    const int key = router_->next++;
    map.emplace(key, std::move(value));
    return Subscription([&map, key, router = router_] { map.erase(key); });
  }
  std::shared_ptr<FakeRouter> router_;
};

class FakeLink : public RouterLink {
 public:
  // Without a router: one that was never reached.
  explicit FakeLink(std::shared_ptr<FakeRouter> router, QString name = QStringLiteral("lab")) : name_(std::move(name)) {
    state_.kind = router ? LinkState::Kind::Live : LinkState::Kind::Connecting;
    if (router) api_ = std::make_shared<FakeSession>(std::move(router));
  }
  // A session like that after a restart: another one, perhaps of the same store.
  void renew(std::shared_ptr<FakeRouter> router) {
    const std::shared_ptr<control::ConsoleApi> before = std::exchange(api_, std::make_shared<FakeSession>(std::move(router)));
    Q_EMIT apiChanged();
  }
  [[nodiscard]] QString name() const override { return name_; }
  [[nodiscard]] QString address() const override { return QStringLiteral("ws://127.0.0.1:8788"); }
  [[nodiscard]] LinkState state() const override { return state_; }
  [[nodiscard]] std::shared_ptr<control::ConsoleApi> api() const override { return api_; }
  // As the link to the router of this computer is.
  void beHere() {
    state_.here = true;
    setState(LinkState::Kind::Embedded);
  }
  void setState(LinkState::Kind kind, const QString& detail = {}) {
    state_.kind = kind;
    state_.detail = detail;
    Q_EMIT stateChanged();
  }

 private:
  const QString name_;
  std::shared_ptr<control::ConsoleApi> api_;
  LinkState state_;
};

}  // namespace signalbox::ui::testing
