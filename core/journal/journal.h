// SPDX-License-Identifier: Apache-2.0
// The record of decisions, attempts, labels, policies and audit. One thread owns every write and checkpoint; the request path
// only hands rows over and never waits. SQLite beneath (WAL, synchronous=FULL, group commit ≤ 10 ms or 256 rows).
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/error.h"
#include "base/seconds_histogram.h"
#include "domain/audit_entry.h"
#include "domain/event.h"
#include "domain/label.h"
#include "domain/policy_document.h"
#include "journal/reader.h"

namespace signalbox::journal {

// Hears what was committed, in order, on the journal's thread, after the commit. Must be quick.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void decisionsCommitted(domain::CommittedRows decisions) = 0;
  // A label gave a committed decision another score. Labels that came first are in the decision itself.
  virtual void regraded(const domain::Regrade& grade) = 0;
  virtual void policyCommitted(const domain::PolicyRevision& revision) = 0;
  // The store no longer has decisions from before `oldest`: deleted for their age or for room, or moved aside with a damaged
  // file.
  virtual void decisionsRetired(WallMicros oldest) = 0;
};

struct JournalOptions {
  std::string path;  // of the database file; its folder must exist
  std::string router;
  std::size_t queue_rows = 64 * 1024;
  std::size_t batch_rows = 256;
  Duration batch_wait = std::chrono::milliseconds(10);
  std::int64_t max_bytes = 1ll << 30;  // beyond these, the oldest decisions are deleted
  Duration max_age = std::chrono::hours(24 * 30);
};

// A change of the live policy, decided inside the journal's thread: compare-and-set on `base`, audit row in the same commit.
struct PolicyCommit {
  domain::Revision base = 0;  // must be live; 0 = whatever is live (rollback, revert)
  domain::PolicyDocument document;
  std::string who;
  domain::Role role = domain::Role::Viewer;
  std::string action = "policy.apply";
  std::string reason;
  std::string diff;
  std::optional<domain::Revision> restores;
  std::optional<WallMicros> confirm_by;  // unset: born confirmed
  domain::RevisionState previous_becomes = domain::RevisionState::Ended;
};

template <class T>
using Reply = std::function<void(Result<T>)>;  // called once, on the journal's thread, after the commit

// How long COMMIT took, the disk included: of acknowledged changes, and of groups of decisions. Failed ones are not in it.
struct CommitTimes {
  CommitTimes();
  SecondsHistogram changes, decisions;
};

class Journal {
 public:
  // Opens or creates the store. A corrupt file is moved aside, loudly, and a new one opened. Io when the folder is unwritable.
  // Decisions that were begun before an unclean end and never finished are marked interrupted and counted in status().
  [[nodiscard]] static Result<std::unique_ptr<Journal>> open(JournalOptions options);
  virtual ~Journal() = default;  // flushes and closes

  // REQUIRES: before the first append.
  virtual void observe(Observer* observer) = 0;

  // Hot path, any thread, no wait, no I/O. begin() puts the id into the mapped ring of unfinished requests; append() takes it
  // out.
  virtual void begin(const domain::DecisionId& id) = 0;
  virtual bool append(domain::Decision&& decision) = 0;  // false: the queue was full; counted
  bool append(const domain::Decision& decision) { return append(domain::Decision(decision)); }
  // An attempt of no decision: a probe. Any thread, no wait; a store that cannot be written loses it.
  virtual void appendProbe(domain::Attempt probe) = 0;
  [[nodiscard]] virtual bool isQueued(const domain::DecisionId& id) const = 0;

  // Acknowledged changes: the reply comes after the commit, which is made at once, ahead of the group.
  // UnknownDecision. `entry` is the label's line in the audit log: both are kept, or neither.
  virtual void addLabel(domain::Label label, std::optional<domain::AuditEntry> entry, Reply<void> reply) = 0;
  // Conflict, detail = live revision.
  virtual void commitPolicy(PolicyCommit commit, Reply<domain::PolicyRevision> reply) = 0;
  virtual void confirmPolicy(domain::Revision revision, std::string who, domain::Role role, Reply<void> reply) = 0;
  virtual void audit(domain::AuditEntry entry, Reply<void> reply) = 0;  // seq, hashes filled in

  [[nodiscard]] virtual domain::JournalStatus status() const = 0;
  [[nodiscard]] virtual const CommitTimes& commitTimes() const = 0;
  // A connection of its own, query-only. One thread at a time.
  [[nodiscard]] virtual Result<std::unique_ptr<Reader>> reader() = 0;
  // Waits until everything handed over so far is committed.
  virtual void flush() = 0;
};

}  // namespace signalbox::journal
