// SPDX-License-Identifier: GPL-3.0-only
// What people read of a change: the router names places in a policy, actions and validators by their keys. What is not known here
// stays as it came. Pure.
#pragma once
#include <QString>
#include <string>

namespace signalbox::ui {

// "gate.local.escalate-below" or "gate local escalate-below" as "gate local"; "route.boundaries[0]" as "boundary 1".
[[nodiscard]] QString placeWords(QString place);
// The router's line of differences: "tickets gate.local.escalate-below 0.72 → 0.75" as "tickets: gate local 0.72 → 0.75".
[[nodiscard]] QString changeWords(const std::string& diff);
[[nodiscard]] QString actionWords(const std::string& action);         // "policy.apply" as "make live"
[[nodiscard]] QString validatorWords(const std::string& validators);  // "enum,json-schema" as "labels, schema"

}  // namespace signalbox::ui
