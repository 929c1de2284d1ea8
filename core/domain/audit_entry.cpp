// SPDX-License-Identifier: Apache-2.0
#include "domain/audit_entry.h"

#include "base/sha256.h"

namespace signalbox::domain {

std::string auditHash(const AuditEntry& entry) {
  return sha256Hex(canonicalJson(Json{{"seq", entry.seq},
                                      {"ts", entry.ts},
                                      {"who", entry.who},
                                      {"role", std::string(name(entry.role))},
                                      {"action", entry.action},
                                      {"revision", entry.revision},
                                      {"diff", entry.diff},
                                      {"reason", entry.reason},
                                      {"outcome", entry.outcome},
                                      {"prev_hash", entry.prev_hash}}));
}

std::string auditGenesis() { return std::string(64, '0'); }

}  // namespace signalbox::domain
