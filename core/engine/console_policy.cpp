// SPDX-License-Identifier: Apache-2.0
// hello, status, policy, upstreams and audit of a session.
#include <algorithm>

#include "config/config.h"
#include "engine/console_session.h"

namespace signalbox::engine {

using control::Method;

namespace {

// Messages of every room say "what; allowed is what is allowed".
control::PolicyIssue issueOf(config::ConfigError error) {
  constexpr std::string_view kAllowed = "; allowed is ";
  control::PolicyIssue issue{error.line, error.column, std::move(error.message), {}};
  const auto at = issue.message.rfind(kAllowed);
  if (at == std::string::npos) return issue;
  issue.allowed = issue.message.substr(at + kAllowed.size());
  issue.message.resize(at);
  return issue;
}

}  // namespace

Result<void> ConsoleSession::may(Method method) const {
  if (control::mayCall(principal_.role, method)) return {};
  return std::unexpected(control::forbidden(method));
}

void ConsoleSession::hello(control::Reply<control::Hello> reply) {
  ask<control::Hello>(Method::Hello, std::move(reply),
                      [role = principal_.role](ConsoleService::Core& core, journal::Reader&) -> Result<control::Hello> {
                        control::Hello hello;
                        hello.server = core.options.server;
                        hello.router = core.options.router;
                        hello.role = role;
                        hello.capabilities = control::capabilities(role);
                        hello.live = core.policies.state().live;
                        hello.time = wallNow();
                        hello.epoch = core.epoch;
                        hello.store_id = core.store_id;
                        hello.simulated = core.options.simulated;
                        hello.tiers = core.options.tiers;
                        return hello;
                      });
}

Subscription ConsoleSession::subscribeStatus(int every_ms, control::Sink<domain::RouterStatus> sink) {
  const Duration every = std::chrono::milliseconds(std::clamp(every_ms, 100, 60'000));
  return openFeed<domain::RouterStatus>(
      Method::StatusSubscribe, std::move(sink),
      [every](const CorePtr& core, journal::Reader&, const std::shared_ptr<FeedTicket>& ticket,
              const control::Sink<domain::RouterStatus>& guarded) {
        guarded(core->facts.status());
        ticket->attach(core->ticker.every(every, [weak = std::weak_ptr(core), guarded] {
          if (const auto alive = weak.lock()) guarded(alive->facts.status());
        }));
      });
}

Subscription ConsoleSession::subscribePolicy(control::Sink<domain::PolicyState> sink) {
  return openFeed<domain::PolicyState>(
      Method::PolicySubscribe, std::move(sink),
      [](const CorePtr& core, journal::Reader&, const std::shared_ptr<FeedTicket>& ticket,
         const control::Sink<domain::PolicyState>& guarded) {
        ticket->attach(core->policies.observe([guarded](const domain::PolicyState& state) { guarded(state); }));
      });
}

void ConsoleSession::getPolicy(std::optional<domain::Revision> revision, control::Reply<domain::PolicyRevision> reply) {
  ask<domain::PolicyRevision>(Method::PolicyGet, std::move(reply),
                              [revision](ConsoleService::Core&, journal::Reader& reader) { return reader.policy(revision); });
}

void ConsoleSession::policyYaml(std::optional<domain::Revision> revision, control::Reply<std::string> reply) {
  ask<std::string>(Method::PolicyGet, std::move(reply),
                   [revision](ConsoleService::Core&, journal::Reader& reader) -> Result<std::string> {
                     const auto stored = reader.policy(revision);
                     if (!stored) return std::unexpected(stored.error());
                     return config::policyYaml(stored->document);
                   });
}

void ConsoleSession::checkPolicy(std::string text, control::Reply<control::PolicyCheck> reply) {
  ask<control::PolicyCheck>(Method::PolicyCheck, std::move(reply),
                            [text = std::move(text)](ConsoleService::Core& core, journal::Reader&) -> Result<control::PolicyCheck> {
                              auto read = config::readPolicy(text, "policy", core.options.tiers, &policy::check);
                              control::PolicyCheck check;
                              check.policy = std::move(read.document);
                              for (config::ConfigError& error : read.errors) check.errors.push_back(issueOf(std::move(error)));
                              for (config::ConfigError& warning : read.warnings) check.warnings.push_back(issueOf(std::move(warning)));
                              return check;
                            });
}

void ConsoleSession::applyPolicy(control::PolicyApply apply, control::Reply<control::PolicyApplied> reply) {
  change<control::PolicyApplied>(
      Method::PolicyApply, std::move(reply),
      [apply = std::move(apply), by = principal_](ConsoleService::Core& core, journal::Reader&,
                                                  const control::Reply<control::PolicyApplied>& answer) {
        core.policies.apply(apply, by, answer);
      });
}

void ConsoleSession::confirmPolicy(domain::Revision revision, control::Reply<control::Done> reply) {
  change<control::Done>(Method::PolicyConfirm, std::move(reply),
                        [revision, by = principal_](ConsoleService::Core& core, journal::Reader&,
                                                    const control::Reply<control::Done>& answer) {
                          core.policies.confirm(revision, by, answer);
                        });
}

void ConsoleSession::rollbackPolicy(domain::Revision to, std::string reason, control::Reply<control::PolicyApplied> reply) {
  change<control::PolicyApplied>(
      Method::PolicyRollback, std::move(reply),
      [to, reason = std::move(reason), by = principal_](ConsoleService::Core& core, journal::Reader&,
                                                        const control::Reply<control::PolicyApplied>& answer) {
        core.policies.rollback(to, reason, by, answer);
      });
}

void ConsoleSession::policyHistory(control::PolicyHistoryQuery query, control::Reply<std::vector<domain::PolicyRevision>> reply) {
  ask<std::vector<domain::PolicyRevision>>(
      Method::PolicyHistory, std::move(reply), [query](ConsoleService::Core&, journal::Reader& reader) {
        return reader.policyHistory(query.since, query.until, query.limit, query.before);
      });
}

void ConsoleSession::listUpstreams(control::Reply<std::vector<domain::UpstreamStatus>> reply) {
  ask<std::vector<domain::UpstreamStatus>>(
      Method::UpstreamsList, std::move(reply),
      [](ConsoleService::Core& core, journal::Reader&) -> Result<std::vector<domain::UpstreamStatus>> {
        return core.facts.upstreams();
      });
}

void ConsoleSession::listAudit(std::size_t limit, std::optional<std::int64_t> before, control::Reply<control::AuditPage> reply) {
  ask<control::AuditPage>(Method::AuditList, std::move(reply),
                          [limit, before](ConsoleService::Core&, journal::Reader& reader) -> Result<control::AuditPage> {
                            auto entries = reader.audit(limit, before);
                            if (!entries) return std::unexpected(std::move(entries.error()));
                            auto broken = reader.auditBrokenAt();
                            if (!broken) return std::unexpected(std::move(broken.error()));
                            return control::AuditPage{std::move(*entries), !broken->has_value(), *broken};
                          });
}

}  // namespace signalbox::engine
