// SPDX-License-Identifier: GPL-3.0-only
// The questions of ConsoleClient: each is passed on, and its answer brought to the GUI thread while anybody still wants it.
#include <utility>

#include "bridge/console_client.h"

namespace signalbox::ui {

template <class T, class Call>
void ConsoleClient::ask(const Ticket& ticket, Then<T> then, Call&& call) {
  control::Reply<T> answer = [self = QPointer<ConsoleClient>(this), asked = std::weak_ptr(api_), ticket,
                              then = std::move(then)](Result<T> result) {
    onGuiThread([self, asked, ticket, then, result = std::move(result)]() mutable {
      if (!self || !ticket.isValid()) return;
      const std::shared_ptr<control::ConsoleApi> api = asked.lock();
      if (api != self->api_) result = fail(ErrorCode::Cancelled, tr("The router was changed meanwhile.").toStdString());
      if (api && result) self->heard();
      then(std::move(result));
    });
  };
  if (!api_) return answer(fail(ErrorCode::Unavailable, tr("Not connected to a router.").toStdString()));
  std::forward<Call>(call)(*api_, std::move(answer));
}

void ConsoleClient::queryDecisions(const Ticket& ticket, control::DecisionQuery query, Then<control::DecisionPage> then) {
  ask<control::DecisionPage>(ticket, std::move(then),
                             [&](auto& api, auto reply) { api.queryDecisions(std::move(query), std::move(reply)); });
}

void ConsoleClient::getDecision(const Ticket& ticket, const domain::DecisionId& id, Then<control::DecisionDetail> then) {
  ask<control::DecisionDetail>(ticket, std::move(then), [&](auto& api, auto reply) { api.getDecision(id, std::move(reply)); });
}

void ConsoleClient::addLabel(const Ticket& ticket, control::LabelAdd label, Then<control::Done> then) {
  const auto told = [this, id = label.decision_id, score = label.score, then = std::move(then)](Result<control::Done> done) {
    if (done) Q_EMIT labelled(id, score);
    then(std::move(done));
  };
  ask<control::Done>(ticket, told, [&](auto& api, auto reply) { api.addLabel(std::move(label), std::move(reply)); });
}

void ConsoleClient::queryMetrics(const Ticket& ticket, control::MetricsQuery query, Then<domain::MetricsReport> then) {
  ask<domain::MetricsReport>(ticket, std::move(then),
                             [&](auto& api, auto reply) { api.queryMetrics(std::move(query), std::move(reply)); });
}

void ConsoleClient::queryBaselines(const Ticket& ticket, control::MetricsQuery query,
                                   Then<std::vector<domain::Baseline>> then) {
  ask<std::vector<domain::Baseline>>(ticket, std::move(then),
                                     [&](auto& api, auto reply) { api.queryBaselines(std::move(query), std::move(reply)); });
}

void ConsoleClient::getPolicy(const Ticket& ticket, std::optional<domain::Revision> revision,
                              Then<domain::PolicyRevision> then) {
  ask<domain::PolicyRevision>(ticket, std::move(then),
                              [&](auto& api, auto reply) { api.getPolicy(revision, std::move(reply)); });
}

void ConsoleClient::policyYaml(const Ticket& ticket, std::optional<domain::Revision> revision, Then<std::string> then) {
  ask<std::string>(ticket, std::move(then), [&](auto& api, auto reply) { api.policyYaml(revision, std::move(reply)); });
}

void ConsoleClient::checkPolicy(const Ticket& ticket, std::string text, Then<control::PolicyCheck> then) {
  ask<control::PolicyCheck>(ticket, std::move(then),
                            [&](auto& api, auto reply) { api.checkPolicy(std::move(text), std::move(reply)); });
}

void ConsoleClient::applyPolicy(const Ticket& ticket, control::PolicyApply change, Then<control::PolicyApplied> then) {
  const auto told = [this, then = std::move(then)](Result<control::PolicyApplied> applied) {
    if (applied) Q_EMIT policyEdited();
    then(std::move(applied));
  };
  ask<control::PolicyApplied>(ticket, told, [&](auto& api, auto reply) { api.applyPolicy(std::move(change), std::move(reply)); });
}

void ConsoleClient::confirmPolicy(const Ticket& ticket, domain::Revision revision, Then<control::Done> then) {
  const auto told = [this, then = std::move(then)](Result<control::Done> done) {
    if (done) Q_EMIT policyEdited();
    then(std::move(done));
  };
  ask<control::Done>(ticket, told, [&](auto& api, auto reply) { api.confirmPolicy(revision, std::move(reply)); });
}

void ConsoleClient::rollbackPolicy(const Ticket& ticket, domain::Revision to, std::string reason,
                                   Then<control::PolicyApplied> then) {
  const auto told = [this, then = std::move(then)](Result<control::PolicyApplied> applied) {
    if (applied) Q_EMIT policyEdited();
    then(std::move(applied));
  };
  ask<control::PolicyApplied>(ticket, told,
                              [&](auto& api, auto reply) { api.rollbackPolicy(to, std::move(reason), std::move(reply)); });
}

void ConsoleClient::policyHistory(const Ticket& ticket, control::PolicyHistoryQuery query,
                                  Then<std::vector<domain::PolicyRevision>> then) {
  ask<std::vector<domain::PolicyRevision>>(
      ticket, std::move(then), [&](auto& api, auto reply) { api.policyHistory(std::move(query), std::move(reply)); });
}

void ConsoleClient::listUpstreams(const Ticket& ticket, Then<std::vector<domain::UpstreamStatus>> then) {
  ask<std::vector<domain::UpstreamStatus>>(ticket, std::move(then),
                                           [&](auto& api, auto reply) { api.listUpstreams(std::move(reply)); });
}

void ConsoleClient::listAudit(const Ticket& ticket, std::size_t limit, std::optional<std::int64_t> before,
                              Then<control::AuditPage> then) {
  ask<control::AuditPage>(ticket, std::move(then),
                          [&](auto& api, auto reply) { api.listAudit(limit, before, std::move(reply)); });
}

}  // namespace signalbox::ui
