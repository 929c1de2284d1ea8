// SPDX-License-Identifier: GPL-3.0-only
#include "pages/common/policy_markers.h"

#include <algorithm>

#include "models/change_words.h"
#include "theme/format.h"

namespace signalbox::ui {

std::vector<Marker> policyMarkers(const std::vector<domain::PolicyRevision>& revisions, const Span& span) {
  std::vector<Marker> markers;
  for (const domain::PolicyRevision& revision : revisions) {
    const bool first = revision.diff.empty() && !revision.restores;  // nothing was changed by it
    if (first || !span.contains(revision.ts)) continue;
    markers.push_back({revision.ts, Marker::Kind::PolicyChange, format::revision(revision.revision), changeWords(revision.diff)});
  }
  std::sort(markers.begin(), markers.end(), [](const Marker& a, const Marker& b) { return a.time < b.time; });
  return markers;
}

}  // namespace signalbox::ui
