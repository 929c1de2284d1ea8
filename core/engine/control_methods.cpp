// SPDX-License-Identifier: Apache-2.0
// Every method of the control plane: parameters read, the api asked, the answer shaped.
#include "base/strings.h"
#include "config/config.h"
#include "control/fields.h"
#include "control/wire.h"
#include "engine/control_link.h"

namespace signalbox::engine {

using control::Call;
using control::Fields;
using control::Method;

namespace {

constexpr auto kAsIs = [](const auto& value) { return control::toJson(value); };
constexpr auto kAsList = [](const auto& list) { return control::listToJson(list); };
constexpr auto kAsDone = [](const control::Done&) { return Json::object(); };
constexpr auto kOne = [](const auto&) -> std::int64_t { return 1; };

template <class T>
Result<T> member(const Json& params, const char* key, T value = {}) {
  Fields fields(params);
  fields.need(key);
  fields.read(key, value);
  return fields.done(std::move(value));
}

Result<domain::DecisionId> idFrom(const Json& params) {
  const auto text = member<std::string>(params, "id");
  if (!text) return std::unexpected(text.error());
  const auto id = Uuid::parse(*text);
  if (!id) return fail(ErrorCode::UnknownDecision, "no decision has the id \"" + std::string(cutUtf8(*text, 64)) + "\"", "id");
  return *id;
}

struct Page {
  std::int64_t limit = 100;
  std::optional<std::int64_t> before;
};
Result<Page> auditPageFrom(const Json& params) {
  Page page;
  Fields fields(params);
  fields.read("limit", page.limit);
  fields.read("before", page.before);
  if (page.limit < 1 || page.limit > 1000) fields.fault("limit", "from 1 to 1000");
  return fields.done(page);
}

Result<int> everyFrom(const Json& params) {
  int every = 1000;
  Fields fields(params);
  fields.read("every_ms", every);
  if (every < 100 || every > 60'000) fields.fault("every_ms", "from 100 to 60000");
  return fields.done(every);
}

}  // namespace

void ControlSession::Link::call(Method method, const Call& call) {
  std::shared_ptr<control::ConsoleApi> api;
  {
    const std::lock_guard lock(api_mutex_);
    api = api_;
  }
  if (!api) return;
  switch (method) {
    case Method::Hello: {
      std::int64_t protocol = 1;
      Fields fields(call.params);
      fields.read("protocol", protocol);
      if (protocol != 1) fields.fault("protocol", "1, which is what this router speaks");
      return with(call, fields.done(0), [&](int) { api->hello(replyTo<control::Hello>(call, kAsIs)); });
    }
    case Method::RpcCancel: return cancel(call);
    case Method::RpcUnsubscribe: return unsubscribe(call);
    case Method::FleetList: return listFleet(call, *api);
    case Method::StatusSubscribe:
      return with(call, everyFrom(call.params), [&](int every) {
        openFeed<domain::RouterStatus>(call, "status.delta", [&](auto sink) { return api->subscribeStatus(every, sink); }, kOne);
      });
    case Method::MetricsSubscribe:
      return with(call, control::metricsFeedFromJson(call.params), [&](control::MetricsFeed feed) {
        openFeed<control::MetricsDelta>(call, "metrics.delta", [&](auto sink) { return api->subscribeMetrics(feed, sink); }, kOne);
      });
    case Method::MetricsQuery:
      return with(call, control::metricsQueryFromJson(call.params), [&](control::MetricsQuery query) {
        query.cancel = question(call);
        api->queryMetrics(std::move(query), replyTo<domain::MetricsReport>(call, kAsIs));
      });
    case Method::MetricsBaselines:
      return with(call, control::metricsQueryFromJson(call.params), [&](control::MetricsQuery query) {
        query.cancel = question(call);
        api->queryBaselines(std::move(query), replyTo<std::vector<domain::Baseline>>(call, kAsList));
      });
    case Method::UpstreamsList: return api->listUpstreams(replyTo<std::vector<domain::UpstreamStatus>>(call, kAsList));
    case Method::AuditList:
      return with(call, auditPageFrom(call.params), [&](Page page) {
        api->listAudit(static_cast<std::size_t>(page.limit), page.before, replyTo<control::AuditPage>(call, kAsIs));
      });
    case Method::DecisionsSubscribe:
    case Method::DecisionsQuery:
    case Method::DecisionsGet:
    case Method::LabelsAdd: return callDecisions(method, call, *api);
    case Method::PolicySubscribe:
    case Method::PolicyGet:
    case Method::PolicyCheck:
    case Method::PolicyHistory:
    case Method::PolicyApply:
    case Method::PolicyConfirm:
    case Method::PolicyRollback: return callPolicy(method, call, *api);
  }
}

void ControlSession::Link::callDecisions(Method method, const Call& call, control::ConsoleApi& api) {
  if (method == Method::DecisionsSubscribe) {
    return with(call, control::decisionFeedFromJson(call.params), [&](control::DecisionFeed feed) {
      const auto weight = [](const control::DecisionBatch& batch) { return static_cast<std::int64_t>(batch.items.size()) + batch.dropped; };
      openFeed<control::DecisionBatch>(call, "decisions.delta", [&](auto sink) { return api.subscribeDecisions(feed, sink); }, weight);
    });
  }
  if (method == Method::DecisionsGet) {
    return with(call, idFrom(call.params), [&](domain::DecisionId id) {
      api.getDecision(id, replyTo<control::DecisionDetail>(call, kAsIs));
    });
  }
  if (method == Method::LabelsAdd) {
    return with(call, control::labelAddFromJson(call.params), [&](control::LabelAdd label) {
      api.addLabel(std::move(label), replyTo<control::Done>(call, kAsDone));
    });
  }
  with(call, control::decisionQueryFromJson(call.params), [&](control::DecisionQuery query) {
    query.cancel = question(call);
    query.progress = [weak = weak_from_this(), id = call.id](std::optional<std::int64_t> count, bool counting) {
      const auto self = weak.lock();
      if (!self) return;
      if (!counting) self->forget(id);
      const Json known = count ? Json(*count) : Json(nullptr);
      self->send(control::notificationText("query.progress", {{"id", id}, {"count", known}, {"counting", counting}}));
    };
    if (call.notification) query.progress = nullptr;
    // While it still counts it can be called off.
    const control::Call asked{call.id, call.notification, call.method, nullptr};
    api.queryDecisions(std::move(query), [weak = weak_from_this(), asked](Result<control::DecisionPage> page) {
      const auto self = weak.lock();
      if (!self) return;
      if (!page) return self->refuse(asked, page.error());
      if (!page->counting) self->forget(asked.id);
      self->reply(asked, control::toJson(*page));
    });
  });
}

void ControlSession::Link::callPolicy(Method method, const Call& call, control::ConsoleApi& api) {
  switch (method) {
    case Method::PolicySubscribe:
      return openFeed<domain::PolicyState>(call, "policy.delta", [&](auto sink) { return api.subscribePolicy(sink); }, kOne);
    case Method::PolicyGet: return getPolicy(call, api);
    case Method::PolicyCheck:
      return with(call, member<std::string>(call.params, "text"), [&](std::string text) {
        api.checkPolicy(std::move(text), replyTo<control::PolicyCheck>(call, kAsIs));
      });
    case Method::PolicyHistory:
      return with(call, control::policyHistoryQueryFromJson(call.params), [&](control::PolicyHistoryQuery query) {
        api.policyHistory(query, replyTo<std::vector<domain::PolicyRevision>>(call, kAsList));
      });
    case Method::PolicyApply:
      return with(call, control::policyApplyFromJson(call.params), [&](control::PolicyApply change) {
        api.applyPolicy(std::move(change), replyTo<control::PolicyApplied>(call, kAsIs));
      });
    case Method::PolicyConfirm:
      return with(call, member<std::int64_t>(call.params, "revision"), [&](domain::Revision revision) {
        api.confirmPolicy(revision, replyTo<control::Done>(call, [revision](const control::Done&) {
                            return Json{{"revision", revision}};
                          }));
      });
    default: {
      std::string reason;
      Fields fields(call.params);
      fields.read("reason", reason);
      auto to = fields.ok() ? member<std::int64_t>(call.params, "to") : fields.done(std::int64_t{0});
      return with(call, std::move(to), [&](domain::Revision revision) {
        api.rollbackPolicy(revision, reason, replyTo<control::PolicyApplied>(call, [](const control::PolicyApplied& applied) {
                             return Json{{"revision", applied.revision}};
                           }));
      });
    }
  }
}

void ControlSession::Link::getPolicy(const Call& call, control::ConsoleApi& api) {
  std::optional<std::int64_t> revision;
  std::string format = "json";
  Fields fields(call.params);
  fields.read("revision", revision);
  fields.read("format", format);
  if (format != "json" && format != "yaml") fields.fault("format", "json or yaml");
  with(call, fields.done(0), [&](int) {
    api.getPolicy(revision, replyTo<domain::PolicyRevision>(call, [yaml = format == "yaml"](const domain::PolicyRevision& stored) {
                    Json json = control::toJson(stored);
                    if (yaml) json["policy"] = config::policyYaml(stored.document);
                    else json["policy"] = stored.document.json;
                    return json;
                  }));
  });
}

// This router; others join when a fleet shares a store.
void ControlSession::Link::listFleet(const Call& call, control::ConsoleApi& api) {
  api.hello(replyTo<control::Hello>(call, [](const control::Hello& hello) {
    Json json = control::toJson(hello);
    for (const char* of_the_session : {"protocol", "role", "capabilities"}) json.erase(of_the_session);
    json["self"] = true;
    return Json::array({std::move(json)});
  }));
}

std::shared_ptr<control::Cancellation> ControlSession::Link::question(const Call& call) {
  auto cancellation = std::make_shared<control::Cancellation>();
  if (call.notification) return cancellation;
  const std::lock_guard lock(mutex_);
  if (ended_) cancellation->cancel();
  else questions_[call.id.dump()] = cancellation;
  return cancellation;
}

void ControlSession::Link::cancel(const Call& call) {
  const Json* id = call.params.is_object() && call.params.contains("id") ? &call.params["id"] : nullptr;
  if (!id) return refuse(call, Error{ErrorCode::InvalidRequest, "`id` must be the id of a call", "id", {}, 0, 0});
  std::shared_ptr<control::Cancellation> found;
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = questions_.find(id->dump()); it != questions_.end()) found = it->second;
  }
  if (found) found->cancel();
  answer(call, {{"cancelled", found != nullptr}});
}

void ControlSession::Link::unsubscribe(const Call& call) {
  with(call, member<std::string>(call.params, "subscription"), [&](const std::string& name) {
    std::shared_ptr<Feed> feed;
    {
      const std::lock_guard lock(mutex_);
      if (const auto it = feeds_.find(name); it != feeds_.end()) {
        feed = it->second;
        feeds_.erase(it);
      }
    }
    if (!feed) return refuse(call, Error{ErrorCode::NotFound, "no such subscription", "subscription", {}, 0, 0});
    feed->source.reset();
    answer(call, Json::object());
  });
}

}  // namespace signalbox::engine
