// SPDX-License-Identifier: Apache-2.0
// One principal's view of the router: ConsoleApi with rights checked first. Calls return at once and are answered by the
// service's pools, or by the journal's thread after a commit. Thread-safe.
#pragma once
#include "control/roles.h"
#include "engine/console_core.h"

namespace signalbox::engine {

class ConsoleSession final : public control::ConsoleApi {
 public:
  ConsoleSession(std::shared_ptr<ConsoleService::Core> core, control::Principal principal)
      : core_(std::move(core)), principal_(std::move(principal)) {}
  ~ConsoleSession() override { line_.cut(); }

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
  using CorePtr = std::shared_ptr<ConsoleService::Core>;

  [[nodiscard]] Result<void> may(control::Method method) const;
  // Runs work(core, reader) → Result<T> in the pool and replies with what it gives; refused without the right for `method`.
  template <class T, class Work>
  void ask(control::Method method, control::Reply<T> reply, Work work, std::shared_ptr<control::Cancellation> cancel = nullptr) {
    control::Reply<T> answer = line_.guard(std::move(reply));
    if (auto allowed = may(method); !allowed) return answer(std::unexpected(std::move(allowed.error())));
    core_->poolOf(method).post(
        [core = core_, answer = std::move(answer), work = std::move(work)](Result<journal::Reader*> reader) {
          answer(reader ? work(*core, **reader) : Result<T>(std::unexpected(std::move(reader.error()))));
        },
        std::move(cancel));
  }
  // The same for what is answered later by somebody else: work(core, reader, answer).
  template <class T, class Work>
  void change(control::Method method, control::Reply<T> reply, Work work) {
    control::Reply<T> answer = line_.guard(std::move(reply));
    if (auto allowed = may(method); !allowed) return answer(std::unexpected(std::move(allowed.error())));
    core_->poolOf(method).post([core = core_, answer = std::move(answer), work = std::move(work)](Result<journal::Reader*> reader) {
      if (reader) work(*core, **reader, answer);
      else answer(std::unexpected(std::move(reader.error())));
    });
  }
  // A feed that is set going in the pool: begin(core, reader, ticket, guarded sink).
  template <class T, class Begin>
  [[nodiscard]] Subscription openFeed(control::Method method, control::Sink<T> sink, Begin begin) {
    auto ticket = core_->newTicket();
    control::Sink<T> guarded = ticket->line().guard(line_.guard(std::move(sink)));
    if (auto allowed = may(method); !allowed) {
      guarded(std::unexpected(std::move(allowed.error())));
      return {};
    }
    core_->poolOf(method).post([core = core_, ticket, guarded, begin = std::move(begin)](Result<journal::Reader*> reader) {
      if (reader) begin(core, **reader, ticket, guarded);
      else guarded(std::unexpected(std::move(reader.error())));
    });
    return Subscription([ticket] { ticket->end(); });
  }

  CorePtr core_;
  control::Principal principal_;
  Lifeline line_;
};

}  // namespace signalbox::engine
