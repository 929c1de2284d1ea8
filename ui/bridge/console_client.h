// SPDX-License-Identifier: GPL-3.0-only
// What every page talks to: one router at a time, whichever way it is reached. Questions are answered by a function on the GUI
// thread, or dropped when their ticket is void; standing facts (hello, status, policy) are kept here and announced; feeds are
// objects of their own (feeds.h). Nothing here ever waits. One per window; GUI thread.
#pragma once
#include <QElapsedTimer>
#include <QObject>
#include <functional>
#include <memory>
#include <optional>

#include "base/subscription.h"
#include "bridge/asker.h"
#include "bridge/mailbox.h"
#include "bridge/router_link.h"
#include "control/console_api.h"

namespace signalbox::ui {

template <class T>
using Then = std::function<void(Result<T>)>;

class ConsoleClient : public QObject {
  Q_OBJECT
 public:
  explicit ConsoleClient(QObject* parent = nullptr);
  ~ConsoleClient() override;

  // Leaves the present router, if any, and goes to this one. Open questions are answered with Cancelled.
  void attach(std::unique_ptr<RouterLink> link);
  [[nodiscard]] RouterLink* router() const { return link_.get(); }
  [[nodiscard]] control::ConsoleApi* api() const { return api_.get(); }  // null while there is no session

  [[nodiscard]] LinkState link() const { return link_ ? link_->state() : LinkState{}; }
  [[nodiscard]] QString routerName() const;
  [[nodiscard]] const std::optional<control::Hello>& hello() const { return hello_; }
  [[nodiscard]] const std::optional<domain::RouterStatus>& status() const { return status_; }
  [[nodiscard]] const std::optional<domain::PolicyState>& policy() const { return policy_; }
  [[nodiscard]] bool isSimulated() const { return hello_ && hello_->simulated; }
  [[nodiscard]] bool may(domain::Role needed) const { return hello_ && hello_->role >= needed; }
  [[nodiscard]] std::optional<double> secondsSinceEvent() const;  // by the router's clock; nullopt = none yet
  [[nodiscard]] double secondsSinceHeard() const;                 // since anything came from it; the age of what is shown
  [[nodiscard]] bool everHeard() const { return heard_.isValid(); }
  [[nodiscard]] WallMicros routerNow() const;                     // the router's wall clock as far as it is known

  void queryDecisions(const Ticket& ticket, control::DecisionQuery query, Then<control::DecisionPage> then);
  void getDecision(const Ticket& ticket, const domain::DecisionId& id, Then<control::DecisionDetail> then);
  void addLabel(const Ticket& ticket, control::LabelAdd label, Then<control::Done> then);
  void queryMetrics(const Ticket& ticket, control::MetricsQuery query, Then<domain::MetricsReport> then);
  void queryBaselines(const Ticket& ticket, control::MetricsQuery query, Then<std::vector<domain::Baseline>> then);
  void getPolicy(const Ticket& ticket, std::optional<domain::Revision> revision, Then<domain::PolicyRevision> then);
  void policyYaml(const Ticket& ticket, std::optional<domain::Revision> revision, Then<std::string> then);
  void checkPolicy(const Ticket& ticket, std::string text, Then<control::PolicyCheck> then);
  void applyPolicy(const Ticket& ticket, control::PolicyApply change, Then<control::PolicyApplied> then);
  void confirmPolicy(const Ticket& ticket, domain::Revision revision, Then<control::Done> then);
  void rollbackPolicy(const Ticket& ticket, domain::Revision to, std::string reason, Then<control::PolicyApplied> then);
  void policyHistory(const Ticket& ticket, control::PolicyHistoryQuery query, Then<std::vector<domain::PolicyRevision>> then);
  void listUpstreams(const Ticket& ticket, Then<std::vector<domain::UpstreamStatus>> then);
  void listAudit(const Ticket& ticket, std::size_t limit, std::optional<std::int64_t> before, Then<control::AuditPage> then);

 Q_SIGNALS:
  void sessionChanged();  // another router or another session: everything shown is of the past
  void linkChanged();
  void resumed();         // the same session is up again after a drop: what failed meanwhile may be asked again
  void helloChanged();
  void statusChanged();
  void policyChanged();
  void labelled(const signalbox::domain::DecisionId& id, std::optional<double> score);  // acknowledged by the router
  void policyEdited();    // a change of ours was acknowledged: history and audit have a new row

 private:
  template <class T, class Call>
  void ask(const Ticket& ticket, Then<T> then, Call&& call);
  void takeApi();
  void followLink();
  void heard() { heard_.start(); }
  void greet();
  void askHello();

  std::unique_ptr<RouterLink> link_;
  std::shared_ptr<control::ConsoleApi> api_;
  std::optional<control::Hello> hello_;
  WallMicros clock_ahead_ = 0;  // the router's clock minus ours, as of hello
  std::optional<domain::RouterStatus> status_;
  std::optional<domain::PolicyState> policy_;
  QElapsedTimer heard_;
  bool was_up_ = false;
  Asker session_;               // its tickets are void once the session is another
  Ticket greeting_;             // of the present session
  Subscription status_feed_, policy_feed_;
};

}  // namespace signalbox::ui
