// SPDX-License-Identifier: Apache-2.0
// Apply, confirm and rollback: what is refused before the journal is asked, and what is taken over when it has committed.
#include "base/log.h"
#include "domain/error_status.h"
#include "engine/guardrails.h"
#include "engine/policy_store_core.h"

namespace signalbox::engine {

void PolicyStore::Core::apply(control::PolicyApply change, const control::Principal& by,
                              control::Reply<control::PolicyApplied> reply) {
  if (change.confirm_within_s == 0 && by.role < domain::Role::Admin) {
    return reply(fail(ErrorCode::Forbidden, "a change without a dead man needs the role admin", "confirm_within_s"));
  }
  if (change.override_guardrail && by.role < domain::Role::Admin) {
    return reply(fail(ErrorCode::Forbidden, "an override of the guardrails needs the role admin", "override"));
  }
  if (change.override_guardrail && change.reason.empty()) {
    return reply(fail(ErrorCode::InvalidRequest, "an override needs a reason", "reason"));
  }
  auto compiled = compile(change.policy, 0);
  if (!compiled) return reply(std::unexpected(std::move(compiled.error())));

  journal::PolicyCommit commit;
  std::optional<Error> refused;
  {
    const std::lock_guard lock(mutex_);
    if (change.base != current_.revision) refused = conflict("this change was made on revision " + std::to_string(change.base));
    else if (change.policy == current_.document) {
      refused = Error{ErrorCode::InvalidRequest, "nothing to change: this is the live policy", "policy", {}, 0, 0};
    }
    commit.diff = policy::describe(policy::diff(current_.document, change.policy));
  }
  const auto broken = refused ? std::nullopt : brokenGuardrail(*live(), **compiled);
  if (broken && !change.override_guardrail) {
    refused = broken;
    auditRefusal(by, change.base, commit.diff, change.reason, *broken);
  }
  if (refused) return reply(std::unexpected(std::move(*refused)));

  commit.base = change.base;
  commit.document = std::move(change.policy);
  commit.who = by.name;
  commit.role = by.role;
  commit.reason = change.reason;
  if (broken) commit.action = "policy.override";
  if (change.confirm_within_s > 0) commit.confirm_by = options_.clock() + change.confirm_within_s * WallMicros{1'000'000};
  this->commit(std::move(commit), std::move(*compiled), std::move(reply));
}

void PolicyStore::Core::rollback(domain::Revision to, std::string reason, const control::Principal& by,
                                 control::Reply<control::PolicyApplied> reply) {
  auto reader = journal_.reader();
  if (!reader) return reply(std::unexpected(std::move(reader.error())));
  auto target = (*reader)->policy(to);
  if (!target && target.error().code != ErrorCode::NotFound) return reply(std::unexpected(std::move(target.error())));
  if (!target) return reply(fail(ErrorCode::NotFound, "there is no policy revision " + std::to_string(to), "to"));
  auto compiled = compile(target->document, 0);
  if (!compiled) return reply(std::unexpected(std::move(compiled.error())));

  journal::PolicyCommit commit;
  bool live_already = false;
  {
    const std::lock_guard lock(mutex_);
    live_already = to == current_.revision;
    // On the revision that is live now: whoever changes it meanwhile is told of by a conflict, not overrun.
    commit.base = current_.revision;
    commit.diff = policy::describe(policy::diff(current_.document, target->document));
  }
  if (live_already) return reply(fail(ErrorCode::InvalidRequest, "revision " + std::to_string(to) + " is live already", "to"));
  commit.document = std::move(target->document);
  commit.who = by.name;
  commit.role = by.role;
  commit.action = "policy.rollback";
  commit.reason = std::move(reason);
  commit.restores = to;
  commit.previous_becomes = domain::RevisionState::RolledBack;
  this->commit(std::move(commit), std::move(*compiled), std::move(reply));
}

void PolicyStore::Core::commit(journal::PolicyCommit commit, Compiled compiled, control::Reply<control::PolicyApplied> reply) {
  const auto self = shared_from_this();
  const domain::PolicyDocument document = commit.document;
  journal_.commitPolicy(std::move(commit), [self, document, compiled = std::move(compiled),
                                            reply = std::move(reply)](Result<domain::PolicyRevision> committed) {
    if (!committed) {
      Error error = std::move(committed.error());
      if (error.code == ErrorCode::Conflict) {
        const std::lock_guard lock(self->mutex_);
        error = self->conflict("somebody was faster");
      }
      return reply(std::unexpected(std::move(error)));
    }
    committed->document = document;
    self->takeOver(*committed, compiled);
    reply(control::PolicyApplied{committed->revision, committed->confirm_by, compiled->warnings});
  });
}

// On the journal's thread, so that revisions are taken over in the order of their commits.
void PolicyStore::Core::takeOver(const domain::PolicyRevision& revision, const Compiled& compiled) {
  auto numbered = std::make_shared<policy::CompiledPolicy>(*compiled);
  numbered->revision = revision.revision;
  live_.set(numbered);
  {
    const std::lock_guard lock(mutex_);
    current_ = revision;
    fell_back_ = false;
    if (revision.confirmed) {
      confirmed_ = revision;
      confirmed_compiled_ = numbered;
    }
  }
  log::info("policy revision {} is live{}", revision.revision, revision.confirmed ? "" : ", to be confirmed");
  publish();
}

void PolicyStore::Core::confirm(domain::Revision revision, const control::Principal& by, control::Reply<control::Done> reply) {
  std::optional<Error> refused;
  bool already = false;
  {
    const std::lock_guard lock(mutex_);
    if (revision < 1 || revision > current_.revision) {
      refused = Error{ErrorCode::NotFound, "there is no policy revision " + std::to_string(revision), "revision", {}, 0, 0};
    } else if (revision != current_.revision || fell_back_) refused = conflict("only the live revision can be confirmed");
    else if (current_.confirmed) already = true;
    else ++confirming_;
  }
  if (refused) return reply(std::unexpected(std::move(*refused)));
  if (already) return reply(control::Done{});
  const auto self = shared_from_this();
  journal_.confirmPolicy(revision, by.name, by.role, [self, revision, reply = std::move(reply)](Result<void> done) {
    {
      const std::lock_guard lock(self->mutex_);
      --self->confirming_;
      if (done && self->current_.revision == revision) {
        self->current_.confirmed = true;
        self->current_.confirm_by.reset();
        self->confirmed_ = self->current_;
        self->confirmed_compiled_ = self->live_.get();
      }
      if (!done && done.error().code == ErrorCode::Conflict) done = std::unexpected(self->conflict("the policy has changed"));
    }
    if (!done) return reply(std::unexpected(std::move(done.error())));
    self->publish();
    reply(control::Done{});
  });
}

// REQUIRES: mutex_ held.
Error PolicyStore::Core::conflict(const std::string& message) const {
  const Json detail{{"live", current_.revision}, {"who", current_.who}, {"ts", formatIso(current_.ts, 6)}, {"diff", current_.diff}};
  return Error{ErrorCode::Conflict, message + "; revision " + std::to_string(current_.revision) + " by " + current_.who + " is live",
               "base", detail.dump(), 0, 0};
}

// A refused guardrail is worth a line for those who read the log; nobody waits for it.
void PolicyStore::Core::auditRefusal(const control::Principal& by, domain::Revision base, const std::string& diff,
                                     const std::string& reason, const Error& error) {
  domain::AuditEntry entry;
  entry.ts = options_.clock();
  entry.who = by.name;
  entry.role = by.role;
  entry.action = "policy.apply";
  entry.revision = base;
  entry.diff = diff;
  entry.reason = reason;
  entry.outcome = std::string(domain::errorStatus(error.code).code);
  journal_.audit(std::move(entry), [](Result<void> done) {
    if (!done) log::warn("a refused change could not be written to the audit log: {}", done.error().message);
  });
}

}  // namespace signalbox::engine
