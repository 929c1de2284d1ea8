// SPDX-License-Identifier: Apache-2.0
// The decision record as JSON, with exactly the contract's field names: on the wire, in exports and in `explain`. Unknown is
// null; `ts` is ISO-8601 in UTC to the microsecond. Pure.
#pragma once
#include "base/json.h"
#include "domain/decision.h"

namespace signalbox::domain {

// All fields, and `attempts` where `with_attempts`.
[[nodiscard]] Json decisionToJson(const Decision& decision, bool with_attempts = false);
// Missing fields are unknown and unknown keys are ignored, so that peers of different versions understand each other.
// InvalidInput names the field whose type is wrong. `attempts` is read where it is there.
[[nodiscard]] Result<Decision> decisionFromJson(const Json& json);

[[nodiscard]] Json attemptToJson(const Attempt& attempt);  // and `gate` where one was held against it
[[nodiscard]] Result<Attempt> attemptFromJson(const Json& json);

// One field's value as JSON without its ISO form: `ts` stays an integer. Null for a name that is no field.
[[nodiscard]] Json fieldValue(const Decision& decision, std::string_view field);

}  // namespace signalbox::domain
