// SPDX-License-Identifier: Apache-2.0
// One link of the audit chain. hash = SHA-256 over the RFC 8785 JSON of all fields but `hash`, as they stand in the table
// `audit`: seq, ts (microseconds) and revision are numbers, all others texts.
#pragma once
#include <string>

#include "base/clock.h"
#include "domain/policy_document.h"
#include "domain/vocabulary.h"

namespace signalbox::domain {

struct AuditEntry {
  std::int64_t seq = 0;  // 1, 2, 3…
  WallMicros ts = 0;
  std::string who;
  Role role = Role::Viewer;
  std::string action;  // policy.apply, policy.confirm, policy.rollback, policy.revert, label.add, token.rotate, …
  Revision revision = 0;
  std::string diff;
  std::string reason;
  std::string outcome;    // ok, or the error's code
  std::string prev_hash;  // 64 zeros for the first
  std::string hash;
};

// 64 lower-case hex digits; does not look at entry.hash.
[[nodiscard]] std::string auditHash(const AuditEntry& entry);
// prev_hash of the first link.
[[nodiscard]] std::string auditGenesis();

}  // namespace signalbox::domain
