// SPDX-License-Identifier: Apache-2.0
// The policy that is obeyed, and every way to change it: first start, apply, confirm, rollback, and the dead man's revert. Owned
// by the router, destroyed before the journal. live() and state() are for any thread; changes may read the store and compile, so
// they are called from a pool, and answer on the journal's thread after the commit, when live() is the new policy already.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/snapshot.h"
#include "base/subscription.h"
#include "control/console_api.h"
#include "journal/journal.h"
#include "policy/policy.h"

namespace signalbox::engine {

struct PolicyStoreOptions {
  std::vector<std::string> tiers;                    // names, in order of escalation
  std::optional<domain::PolicyDocument> configured;  // of the policy file; the first revision where the store has none
  std::string why_not_configured = {};               // what is wrong with the policy file; empty: nothing, or there is none
  bool adopt_configured = false;                     // start with it also where the store's live policy does not fit the tiers
  std::function<WallMicros()> clock = wallNow;       // the dead man waits by wall time
  Duration tick = std::chrono::milliseconds(200);    // how often he looks at the clock; 0: only when checkDeadMan() is called
};

class PolicyStore {
 public:
  // Reads the live policy of the store, or writes the configured one (else one workload that takes everything) as revision 1,
  // born confirmed. A change whose time to be confirmed ran out while the router was down is reverted here, before anything obeys
  // it. Blocks; for start-up. InvalidConfig when the live policy does not fit the tiers.
  [[nodiscard]] static Result<std::unique_ptr<PolicyStore>> open(journal::Journal& journal, PolicyStoreOptions options);
  ~PolicyStore();

  // Hot path: never null, immutable, held by a request to its end.
  [[nodiscard]] std::shared_ptr<const policy::CompiledPolicy> live() const;
  [[nodiscard]] domain::PolicyState state() const;
  // How the policy file differs from the live policy, as read at start; empty = not at all, or there is no file.
  [[nodiscard]] const std::string& fileDifference() const;
  // The same of another document, as of now.
  [[nodiscard]] std::string differenceFrom(const domain::PolicyDocument& document) const;
  // Told how things stand now, at once, and then of every change and confirmation, on the journal's thread, after live() changed.
  [[nodiscard]] Subscription observe(std::function<void(const domain::PolicyState&)> sink);

  // InvalidRequest (detail: the errors), Conflict (detail: live revision, who, when, diff), Guardrail (detail: which, found,
  // allowed), Forbidden (no dead man, or an override, without the role admin), Io.
  void apply(control::PolicyApply change, const control::Principal& by, control::Reply<control::PolicyApplied> reply);
  // Conflict unless `revision` is the live one. Confirming twice is no error.
  void confirm(domain::Revision revision, const control::Principal& by, control::Reply<control::Done> reply);
  // Makes the document of `to` live again as a new revision, born confirmed, past the guardrails. NotFound, Conflict.
  void rollback(domain::Revision to, std::string reason, const control::Principal& by,
                control::Reply<control::PolicyApplied> reply);

  // Reverts when the time to confirm has run out. The timer thread calls it; so do tests.
  void checkDeadMan();

 private:
  class Core;
  explicit PolicyStore(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;
};

}  // namespace signalbox::engine
