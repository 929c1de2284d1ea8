// SPDX-License-Identifier: GPL-3.0-only
// A filter as people type it, and as it stands on a chip. Typed: `cost>0.001`, `tier:mid`, `verdict:review`, `tier!=mid`,
// `workload:tickets,triage`; anything else searches the text. Pure.
#pragma once
#include <QString>
#include <vector>

#include "base/error.h"
#include "domain/where.h"

namespace signalbox::ui {

struct ConditionWords {
  QString field, op, value;  // "workload", "is any of", "tickets +3"
  [[nodiscard]] QString text() const { return field + QLatin1Char(' ') + op + QLatin1Char(' ') + value; }
};

// One or more conditions, separated by white space; quotes keep words together. InvalidInput names what is not understood.
[[nodiscard]] Result<std::vector<domain::Condition>> parseFilterText(const QString& typed);
[[nodiscard]] ConditionWords wordsFor(const domain::Condition& condition);
// All conditions in one sentence, for states that are filtered to nothing.
[[nodiscard]] QString filterSentence(const domain::Where& filter);
// The record's field that a short name means: tier → final_tier, cost → cost_usd, …; unknown names stay as they are.
[[nodiscard]] QString fieldFor(const QString& typed);

}  // namespace signalbox::ui
