// SPDX-License-Identifier: Apache-2.0
// The tables of acknowledged changes: policy revisions, labels and the audit chain. Written on the journal's thread inside its
// transaction; a refusal (conflict, unknown decision) is a value and leaves the transaction as it was.
#pragma once
#include "domain/audit_entry.h"
#include "domain/event.h"
#include "domain/label.h"
#include "domain/policy_document.h"
#include "journal/journal.h"
#include "journal/sqlite.h"

namespace signalbox::journal {

class AuditLedger {
 public:
  [[nodiscard]] Result<void> open(Database& db);
  // Gives seq, ts (where 0), prev_hash and hash, and writes it.
  [[nodiscard]] Result<void> append(domain::AuditEntry& entry);

 private:
  Statement insert_, last_;
};

class PolicyLedger {
 public:
  PolicyLedger(AuditLedger& audit) : audit_(audit) {}
  [[nodiscard]] Result<void> open(Database& db);
  // Conflict: `base` is not live; detail = {live, who, ts, diff}.
  [[nodiscard]] Result<domain::PolicyRevision> commit(const PolicyCommit& commit);
  // Conflict unless `revision` is live. The revision as it now is, or nullopt when it was confirmed already.
  [[nodiscard]] Result<std::optional<domain::PolicyRevision>> confirm(domain::Revision revision, const std::string& who,
                                                                      domain::Role role);
  [[nodiscard]] Result<std::optional<domain::PolicyRevision>> live();
  [[nodiscard]] Result<std::optional<domain::PolicyRevision>> lastConfirmed();
  // Writes a revision as it is: when a damaged store had to be replaced at run time.
  [[nodiscard]] Result<void> restore(const domain::PolicyRevision& revision);

 private:
  [[nodiscard]] Result<void> insert(const domain::PolicyRevision& revision);
  AuditLedger& audit_;
  Statement live_, last_confirmed_, last_, end_, insert_, confirm_;
};

class LabelLedger {
 public:
  // Of each source for a decision the newest are kept: whoever grades without end takes no room from decisions.
  static constexpr int kMostLabels = 16;
  [[nodiscard]] Result<void> open(Database& db);
  [[nodiscard]] Result<bool> decisionExists(const std::string& id);
  [[nodiscard]] Result<void> insert(const domain::Label& label);
  // Puts the best label's score into the decision's row; what it was and is. nullopt: there is no such row.
  struct Graded {
    domain::Regrade change;
    std::optional<domain::LabelSource> source;
  };
  [[nodiscard]] Result<std::optional<Graded>> regrade(const domain::DecisionId& id);

 private:
  Statement exists_, insert_, trim_, score_, regrade_;
};

// Readers of rows selected with these columns.
inline constexpr std::string_view kRevisionColumns =
    "revision, state, ts, who, reason, diff, restores, confirmed, confirm_by, document";
inline constexpr std::string_view kAuditColumns = "seq, ts, who, role, action, revision, diff, reason, outcome, prev_hash, hash";
[[nodiscard]] domain::PolicyRevision readRevision(const Statement& row);
[[nodiscard]] domain::AuditEntry readAudit(const Statement& row);

}  // namespace signalbox::journal
