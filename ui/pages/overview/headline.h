// SPDX-License-Identifier: GPL-3.0-only
// The overview's large numbers, from the total of the range. Unknown and ungraded are words, never zero. Pure.
#pragma once
#include <vector>

#include "domain/metrics.h"
#include "widgets/headline_strip.h"

namespace signalbox::ui {

[[nodiscard]] std::vector<HeadlineNumber> headlineOf(const domain::MetricsBucket& total, bool stale);

}  // namespace signalbox::ui
