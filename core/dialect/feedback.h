// SPDX-License-Identifier: Apache-2.0
// POST /v1/feedback: a grade for a decision, as clients and the replayer send it. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "domain/label.h"

namespace signalbox::dialect {

// {"decision_id", "score": 0..1 | null | "correct": true|false, "label"?, "source"?, "note"?}. Without a source it is a
// person's; a source other than person, validator, judge or file ranks as a file's and stands in the note. `label` (what the answer
// should have been) is kept as the note where there is none. InvalidRequest with `param`; UnknownDecision for what cannot be an id.
[[nodiscard]] Result<domain::Label> readFeedback(std::string_view body, WallMicros now);

}  // namespace signalbox::dialect
