// SPDX-License-Identifier: GPL-3.0-only
// Two policies compared line by line as text, for DiffView. Pure.
#pragma once
#include <vector>

#include "base/json.h"
#include "widgets/diff_view.h"

namespace signalbox::ui {

[[nodiscard]] std::vector<DiffLine> policyDiff(const Json& before, const Json& after);
// Only what changed, with so many lines around it; a line of dots stands for what is left out.
[[nodiscard]] std::vector<DiffLine> closeUp(const std::vector<DiffLine>& lines, int around = 1);

}  // namespace signalbox::ui
