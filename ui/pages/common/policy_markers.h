// SPDX-License-Identifier: GPL-3.0-only
// The changes of policy in a span, as the flags that every chart over time bears.
#pragma once
#include <vector>

#include "domain/policy_document.h"
#include "state/time_range.h"
#include "widgets/time_series.h"

namespace signalbox::ui {

[[nodiscard]] std::vector<Marker> policyMarkers(const std::vector<domain::PolicyRevision>& revisions, const Span& span);

}  // namespace signalbox::ui
