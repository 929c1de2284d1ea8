// SPDX-License-Identifier: Apache-2.0
// Somebody's or something's judgement of an answer. A person outranks a validator, that a judge, that a file; then the latest.
#pragma once
#include <optional>
#include <string>

#include "base/clock.h"
#include "domain/decision.h"

namespace signalbox::domain {

struct Label {
  DecisionId decision_id;
  WallMicros ts = 0;
  std::optional<double> score;  // 0..1; nullopt = unsure: kept, not counted
  LabelSource source = LabelSource::Person;
  std::string note;
};

}  // namespace signalbox::domain
