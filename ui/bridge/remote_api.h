// SPDX-License-Identifier: GPL-3.0-only
// ConsoleApi over a RemoteSession: each call becomes a message and each answer one of the api's structs. Made and destroyed on
// the GUI thread; replies come on the link's thread, none after it has gone.
#pragma once
#include <QThread>
#include <atomic>
#include <memory>

#include "bridge/remote_session.h"
#include "control/console_api.h"

namespace signalbox::ui {

// A thread with one RemoteSession on it. Ends and joins with its last holder, which must not be on that thread.
class LinkThread {
 public:
  LinkThread(RemoteAddress address, RemoteEvents events);
  ~LinkThread();
  // Runs `work(session)` on the link's thread. Any thread.
  template <class Work>
  void post(Work work) const {
    QMetaObject::invokeMethod(session_, [session = session_, work = std::move(work)] { work(*session); }, Qt::QueuedConnection);
  }

 private:
  QThread thread_;
  RemoteSession* session_;
};

class RemoteApi final : public control::ConsoleApi {
 public:
  explicit RemoteApi(std::shared_ptr<LinkThread> link);
  ~RemoteApi() override;

  void hello(control::Reply<control::Hello> reply) override;
  Subscription subscribeStatus(int every_ms, control::Sink<domain::RouterStatus> sink) override;
  Subscription subscribeDecisions(control::DecisionFeed feed, control::Sink<control::DecisionBatch> sink) override;
  void queryDecisions(control::DecisionQuery query, control::Reply<control::DecisionPage> reply) override;
  void getDecision(domain::DecisionId id, control::Reply<control::DecisionDetail> reply) override;
  void addLabel(control::LabelAdd label, control::Reply<control::Done> reply) override;
  Subscription subscribeMetrics(control::MetricsFeed feed, control::Sink<control::MetricsDelta> sink) override;
  void queryMetrics(control::MetricsQuery query, control::Reply<domain::MetricsReport> reply) override;
  void queryBaselines(control::MetricsQuery query, control::Reply<std::vector<domain::Baseline>> reply) override;
  Subscription subscribePolicy(control::Sink<domain::PolicyState> sink) override;
  void getPolicy(std::optional<domain::Revision> revision, control::Reply<domain::PolicyRevision> reply) override;
  void policyYaml(std::optional<domain::Revision> revision, control::Reply<std::string> reply) override;
  void checkPolicy(std::string text, control::Reply<control::PolicyCheck> reply) override;
  void applyPolicy(control::PolicyApply change, control::Reply<control::PolicyApplied> reply) override;
  void confirmPolicy(domain::Revision revision, control::Reply<control::Done> reply) override;
  void rollbackPolicy(domain::Revision to, std::string reason, control::Reply<control::PolicyApplied> reply) override;
  void policyHistory(control::PolicyHistoryQuery query, control::Reply<std::vector<domain::PolicyRevision>> reply) override;
  void listUpstreams(control::Reply<std::vector<domain::UpstreamStatus>> reply) override;
  void listAudit(std::size_t limit, std::optional<std::int64_t> before, control::Reply<control::AuditPage> reply) override;

 private:
  template <class T>
  void call(const char* method, Json params, control::Reply<T> reply, Result<T> (*read)(const Json&),
            std::shared_ptr<control::Cancellation> cancel = {}, RemoteSession::Progress progress = {});
  template <class T>
  Subscription follow(const char* method, Json params, bool resumes, control::Sink<T> sink, Result<T> (*read)(const Json&));

  std::shared_ptr<LinkThread> link_;
  std::shared_ptr<std::atomic<bool>> alive_ = std::make_shared<std::atomic<bool>>(true);
};

}  // namespace signalbox::ui
