// SPDX-License-Identifier: GPL-3.0-only
#include "pages/tune/policy_diff.h"

#include <cstdlib>

#include "models/policy_text.h"

namespace signalbox::ui {

namespace {
QString textOf(const Json& policy) { return policy.empty() ? QString() : policyText(policy).trimmed(); }

DiffLine::Kind kindOf(LineChange::Kind kind) {
  switch (kind) {
    case LineChange::Kind::Added: return DiffLine::Kind::Added;
    case LineChange::Kind::Removed: return DiffLine::Kind::Removed;
    case LineChange::Kind::Same: break;
  }
  return DiffLine::Kind::Same;
}
}  // namespace

std::vector<DiffLine> policyDiff(const Json& before, const Json& after) {
  if (before.empty() && after.empty()) return {};
  std::vector<DiffLine> lines;
  for (const LineChange& line : diffLines(textOf(before), textOf(after))) {
    lines.push_back({kindOf(line.kind), line.number, line.text});
  }
  return lines;
}

std::vector<DiffLine> closeUp(const std::vector<DiffLine>& lines, int around) {
  std::vector<bool> kept(lines.size(), false);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].kind == DiffLine::Kind::Same) continue;
    for (std::size_t j = 0; j < lines.size(); ++j) {
      if (std::abs(static_cast<long>(i) - static_cast<long>(j)) <= around) kept[j] = true;
    }
  }
  std::vector<DiffLine> close;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (kept[i]) close.push_back(lines[i]);
    else if (!close.empty() && kept[i - 1]) close.push_back({DiffLine::Kind::Same, 0, QStringLiteral("…")});
  }
  if (!close.empty() && close.back().number == 0) close.pop_back();
  return close;
}

}  // namespace signalbox::ui
