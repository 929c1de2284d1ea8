// SPDX-License-Identifier: Apache-2.0
// Questions to the store. Each reader has its own query-only connection; one thread at a time. Long queries stop when
// interrupt() is called from another thread, or at their deadline, with Cancelled.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "domain/audit_entry.h"
#include "domain/event.h"
#include "domain/label.h"
#include "domain/policy_document.h"
#include "domain/where.h"

namespace signalbox::journal {

// Keyset position: rows strictly before (older than) or after (newer than) it. Opaque text on the wire.
struct PageKey {
  WallMicros ts = 0;
  domain::DecisionId id;
};

struct DecisionQuery {
  WallMicros since = 0;
  WallMicros until = INT64_MAX;
  domain::Where where;
  std::optional<PageKey> before;  // older rows follow it; newest first
  std::optional<PageKey> after;   // newer rows; answered newest first all the same
  std::size_t limit = 100;
  std::optional<Duration> deadline;
  bool attempts = false;          // of decisions(): with the attempts of each
};

// What the requests of one key cost on one UTC day.
struct KeySpend {
  std::string key;
  double usd = 0;            // of those whose cost is known
  std::int64_t known = 0;    // how many of them cost something
  std::int64_t unknown = 0;  // how many have no known cost
};
struct DaySpend {
  std::vector<KeySpend> keys;
  bool complete = true;  // false: the store was replaced, or rows of that day went, before it was counted
};

class Reader {
 public:
  virtual ~Reader() = default;
  // Newest first. Attempts are filled in where they are asked for.
  virtual Result<std::vector<domain::CommittedDecision>> decisions(const DecisionQuery& query) = 0;
  virtual Result<std::int64_t> countDecisions(const DecisionQuery& query) = 0;
  virtual Result<domain::Decision> decision(const domain::DecisionId& id) = 0;  // with attempts and best label; UnknownDecision
  // Every decision of the range in (ts, id) order with attempts if asked; the callback returns false to stop.
  virtual Result<void> scan(const DecisionQuery& query, bool attempts,
                            const std::function<bool(const domain::CommittedDecision&)>& row) = 0;
  // Attempts of no decision, in the order in which they began.
  virtual Result<void> probes(WallMicros since, WallMicros until, const std::function<void(const domain::Attempt&)>& row) = 0;
  // Decisions with seq > last, oldest first and with their attempts, as a live feed has them: for resuming one.
  virtual Result<std::vector<domain::CommittedDecision>> decisionsAfter(std::int64_t last, std::size_t limit) = 0;
  virtual Result<std::int64_t> lastSeq() = 0;
  virtual Result<std::vector<domain::Label>> labels(const domain::DecisionId& id) = 0;
  virtual Result<domain::PolicyRevision> policy(std::optional<domain::Revision> revision) = 0;  // unset = live; NotFound
  virtual Result<std::vector<domain::PolicyRevision>> policyHistory(WallMicros since, WallMicros until, std::size_t limit,
                                                                    std::optional<domain::Revision> before) = 0;
  virtual Result<domain::PolicyRevision> lastConfirmedPolicy() = 0;
  virtual Result<std::vector<domain::AuditEntry>> audit(std::size_t limit, std::optional<std::int64_t> before) = 0;
  // First broken link, or nullopt when the chain verifies. Asked often, it follows a long chain from where it was last, and from its
  // beginning once in a hundred times the time that this takes.
  virtual Result<std::optional<std::int64_t>> auditBrokenAt() = 0;
  virtual Result<std::string> storeId() = 0;
  // Kept apart from the decisions, and so also of those that were deleted. `day` counts from the Unix epoch.
  virtual Result<DaySpend> spend(std::int64_t day) = 0;
  virtual void interrupt() = 0;  // thread-safe
};

// Reads a store on its own, beside a router that may be writing it. NotFound when there is none.
[[nodiscard]] Result<std::unique_ptr<Reader>> openReader(const std::string& path);

}  // namespace signalbox::journal
