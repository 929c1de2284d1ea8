// SPDX-License-Identifier: Apache-2.0
// A policy as it is written, sent and stored: a JSON document that policy/compile() has to accept before anything obeys it.
// And what is known about each of its revisions.
#pragma once
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/json.h"

namespace signalbox::domain {

using Revision = std::int64_t;  // 1, 2, 3…; 0 = none

struct PolicyDocument {
  Json json = Json::object();
  friend bool operator==(const PolicyDocument&, const PolicyDocument&) = default;
};

enum class RevisionState : std::uint8_t { Live, Ended, RolledBack, Reverted, Staged, Canary, Aborted };
[[nodiscard]] std::string_view name(RevisionState state);  // live ended rolled_back reverted staged canary aborted
[[nodiscard]] std::optional<RevisionState> parseRevisionState(std::string_view word);

// One row of the policy history; the markers on the charts.
struct PolicyRevision {
  Revision revision = 0;
  RevisionState state = RevisionState::Live;
  WallMicros ts = 0;
  std::string who;
  std::string reason;
  std::string diff;                    // "gate.mid.escalate-below 0.75 → 0.70; …", short, for people
  std::optional<Revision> restores;    // set when a rollback or a revert made it
  bool confirmed = false;
  std::optional<WallMicros> confirm_by;  // set while the dead man waits
  PolicyDocument document;             // empty object in listings
};

// What policy.subscribe says, now and at each change.
struct PolicyState {
  Revision live = 0;
  std::optional<Revision> draft;
  std::optional<Revision> canary;
  bool confirmed = true;
  std::optional<WallMicros> confirm_by;
  std::string by;
  WallMicros at = 0;
};

}  // namespace signalbox::domain
