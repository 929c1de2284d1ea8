// SPDX-License-Identifier: GPL-3.0-only
// The overview's large numbers, from the total of the range, and how the first compares with the equally long range before. Unknown and ungraded are words, never zero. Pure.
#pragma once
#include <optional>
#include <vector>

#include "domain/metrics.h"
#include "widgets/headline_strip.h"

namespace signalbox::ui {

[[nodiscard]] std::vector<HeadlineNumber> headlineOf(const domain::MetricsBucket& total,
                                                     const std::optional<domain::MetricsBucket>& previous, bool stale);

}  // namespace signalbox::ui
