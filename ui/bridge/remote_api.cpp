// SPDX-License-Identifier: GPL-3.0-only
#include "bridge/remote_api.h"

#include <utility>

#include "control/wire.h"

namespace signalbox::ui {

namespace {
Result<control::Done> readDone(const Json&) { return control::Done{}; }

Result<std::string> readYaml(const Json& json) {
  for (const char* key : {"yaml", "policy"}) {
    if (const auto found = json.find(key); found != json.end() && found->is_string()) return found->get<std::string>();
  }
  return fail(ErrorCode::InvalidRequest, "the router's answer has no policy text");
}

// A list, bare or as the one member of an object.
template <class T, Result<T> (*Read)(const Json&)>
Result<std::vector<T>> readList(const Json& json) {
  if (json.is_object() && json.size() == 1) return control::listFromJson<T>(json.begin().value(), Read);
  return control::listFromJson<T>(json, Read);
}

// One count for feeds of every kind: a static of the template below would be one for each.
std::int64_t nextKey() {
  static std::atomic<std::int64_t> last{0};
  return ++last;
}

Json revisionParam(std::optional<domain::Revision> revision) {
  Json params = Json::object();
  if (revision) params["revision"] = *revision;
  return params;
}
}  // namespace

LinkThread::LinkThread(RemoteAddress address, RemoteEvents events)
    : session_(new RemoteSession(std::move(address), std::move(events))) {
  thread_.setObjectName(QStringLiteral("signalbox-link"));
  session_->moveToThread(&thread_);
  QObject::connect(&thread_, &QThread::finished, session_, &QObject::deleteLater);
  thread_.start();
}

LinkThread::~LinkThread() {
  post([](RemoteSession& session) { session.close(); });
  post([](RemoteSession&) { QThread::currentThread()->quit(); });
  thread_.wait();
}

RemoteApi::RemoteApi(std::shared_ptr<LinkThread> link) : link_(std::move(link)) {}

RemoteApi::~RemoteApi() { *alive_ = false; }

template <class T>
void RemoteApi::call(const char* method, Json params, control::Reply<T> reply, Result<T> (*read)(const Json&),
                     std::shared_ptr<control::Cancellation> cancel, RemoteSession::Progress progress) {
  if (progress) {
    progress = [tell = std::move(progress), alive = alive_](std::optional<std::int64_t> count, bool counting) {
      if (*alive) tell(count, counting);
    };
  }
  link_->post([method = std::string(method), params = std::move(params), reply = std::move(reply), read, cancel = std::move(cancel),
               progress = std::move(progress), link = std::weak_ptr(link_), alive = alive_](RemoteSession& session) {
    if (cancel && cancel->cancelled()) return reply(fail(ErrorCode::Cancelled, "called off"));
    const auto answered = [reply, read, alive, cancel](const Result<Json>& json) {
      if (cancel) cancel->setHook(nullptr);
      if (*alive) reply(json ? read(*json) : Result<T>(std::unexpected(json.error())));
    };
    const std::int64_t id = session.call(method, params, answered, progress);
    if (!cancel || id == 0) return;
    cancel->setHook([link, id] {
      if (const auto open = link.lock()) open->post([id](RemoteSession& there) { there.callOff(id); });
    });
  });
}

template <class T>
Subscription RemoteApi::follow(const char* method, Json params, bool resumes, control::Sink<T> sink,
                               Result<T> (*read)(const Json&)) {
  const std::int64_t key = nextKey();
  const auto wanted = std::make_shared<std::atomic<bool>>(true);
  RemoteSession::Feed feed;
  feed.method = method;
  feed.params = std::move(params);
  feed.resumes = resumes;
  feed.sink = [sink = std::move(sink), read, wanted, alive = alive_](const Result<Json>& json) {
    if (!*alive || !*wanted) return;
    sink(json ? read(*json) : Result<T>(std::unexpected(json.error())));
  };
  link_->post([key, feed = std::move(feed)](RemoteSession& session) { session.subscribe(key, feed); });
  return Subscription([key, wanted, link = std::weak_ptr(link_)] {
    *wanted = false;
    if (const auto open = link.lock()) open->post([key](RemoteSession& session) { session.unsubscribe(key); });
  });
}

void RemoteApi::hello(control::Reply<control::Hello> reply) {
  call("hello", {{"protocol", 1}, {"client", "signalbox-console"}}, std::move(reply), control::helloFromJson);
}

Subscription RemoteApi::subscribeStatus(int every_ms, control::Sink<domain::RouterStatus> sink) {
  return follow("status.subscribe", {{"every_ms", every_ms}}, false, std::move(sink), control::statusFromJson);
}

Subscription RemoteApi::subscribeDecisions(control::DecisionFeed feed, control::Sink<control::DecisionBatch> sink) {
  return follow("decisions.subscribe", control::toJson(feed), true, std::move(sink), control::batchFromJson);
}

void RemoteApi::queryDecisions(control::DecisionQuery query, control::Reply<control::DecisionPage> reply) {
  call("decisions.query", control::toJson(query), std::move(reply), control::pageFromJson, query.cancel, query.progress);
}

void RemoteApi::getDecision(domain::DecisionId id, control::Reply<control::DecisionDetail> reply) {
  call("decisions.get", {{"id", id.string()}}, std::move(reply), control::detailFromJson);
}

void RemoteApi::addLabel(control::LabelAdd label, control::Reply<control::Done> reply) {
  call("labels.add", control::toJson(label), std::move(reply), readDone);
}

Subscription RemoteApi::subscribeMetrics(control::MetricsFeed feed, control::Sink<control::MetricsDelta> sink) {
  return follow("metrics.subscribe", control::toJson(feed), true, std::move(sink), control::metricsDeltaFromJson);
}

void RemoteApi::queryMetrics(control::MetricsQuery query, control::Reply<domain::MetricsReport> reply) {
  call("metrics.query", control::toJson(query), std::move(reply), control::reportFromJson, query.cancel);
}

void RemoteApi::queryBaselines(control::MetricsQuery query, control::Reply<std::vector<domain::Baseline>> reply) {
  call("metrics.baselines", control::toJson(query), std::move(reply), readList<domain::Baseline, control::baselineFromJson>, query.cancel);
}

Subscription RemoteApi::subscribePolicy(control::Sink<domain::PolicyState> sink) {
  return follow("policy.subscribe", Json::object(), false, std::move(sink), control::policyStateFromJson);
}

void RemoteApi::getPolicy(std::optional<domain::Revision> revision, control::Reply<domain::PolicyRevision> reply) {
  call("policy.get", revisionParam(revision), std::move(reply), control::policyRevisionFromJson);
}

void RemoteApi::policyYaml(std::optional<domain::Revision> revision, control::Reply<std::string> reply) {
  Json params = revisionParam(revision);
  params["format"] = "yaml";
  call("policy.get", std::move(params), std::move(reply), readYaml);
}

void RemoteApi::checkPolicy(std::string text, control::Reply<control::PolicyCheck> reply) {
  call("policy.check", {{"text", std::move(text)}}, std::move(reply), control::policyCheckFromJson);
}

void RemoteApi::applyPolicy(control::PolicyApply change, control::Reply<control::PolicyApplied> reply) {
  call("policy.apply", control::toJson(change), std::move(reply), control::policyAppliedFromJson);
}

void RemoteApi::confirmPolicy(domain::Revision revision, control::Reply<control::Done> reply) {
  call("policy.confirm", {{"revision", revision}}, std::move(reply), readDone);
}

void RemoteApi::rollbackPolicy(domain::Revision to, std::string reason, control::Reply<control::PolicyApplied> reply) {
  call("policy.rollback", {{"to", to}, {"reason", std::move(reason)}}, std::move(reply), control::policyAppliedFromJson);
}

void RemoteApi::policyHistory(control::PolicyHistoryQuery query, control::Reply<std::vector<domain::PolicyRevision>> reply) {
  call("policy.history", control::toJson(query), std::move(reply),
       readList<domain::PolicyRevision, control::policyRevisionFromJson>);
}

void RemoteApi::listUpstreams(control::Reply<std::vector<domain::UpstreamStatus>> reply) {
  call("upstreams.list", Json::object(), std::move(reply), readList<domain::UpstreamStatus, control::upstreamFromJson>);
}

void RemoteApi::listAudit(std::size_t limit, std::optional<std::int64_t> before, control::Reply<control::AuditPage> reply) {
  Json params = {{"limit", limit}};
  if (before) params["before"] = *before;
  call("audit.list", std::move(params), std::move(reply), control::auditPageFromJson);
}

}  // namespace signalbox::ui
