// SPDX-License-Identifier: GPL-3.0-only
#include "models/decision_window.h"

#include <algorithm>
#include <utility>

namespace signalbox::ui {

namespace {
bool newer(const DecisionRow& a, const DecisionRow& b) { return a.newerThan(b); }
}  // namespace

std::optional<std::size_t> DecisionWindow::find(const domain::DecisionId& id) const {
  const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const DecisionRow& row) { return row.id == id; });
  if (found == rows_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - rows_.begin());
}

void DecisionWindow::clear() {
  rows_.clear();
  ends_.clear();
  next_.clear();
  newest_seq_ = 0;
}

void DecisionWindow::append(std::vector<DecisionRow> page, std::string next) {
  // Live rows may have come before the first page: what both hold is kept once.
  const auto older = std::stable_partition(page.begin(), page.end(), [&](const DecisionRow& row) {
    return !rows_.empty() && !rows_.back().newerThan(row);
  });
  insert(std::vector<DecisionRow>(page.begin(), older));
  page.erase(page.begin(), older);
  next_ = std::move(next);
  if (page.empty()) return;
  const int first = static_cast<int>(rows_.size());
  for (const DecisionRow& row : page) newest_seq_ = std::max(newest_seq_, row.seq);
  ends_.push_back({page.back().ts, page.back().id, next_});
  listener_.aboutToInsert(first, first + static_cast<int>(page.size()) - 1);
  rows_.insert(rows_.end(), page.begin(), page.end());
  listener_.inserted();
}

std::size_t DecisionWindow::insert(std::vector<DecisionRow> rows) {
  std::sort(rows.begin(), rows.end(), newer);
  std::size_t count = 0, from = 0;
  while (from < rows.size()) {
    const auto place = std::lower_bound(rows_.begin(), rows_.end(), rows[from], newer);
    if (place != rows_.end() && place->id == rows[from].id) {
      ++from;
      continue;
    }
    // Older than everything fetched: it comes with its own page.
    if (place == rows_.end() && !next_.empty()) break;
    std::size_t to = from + 1;
    while (to < rows.size() && (place == rows_.end() || newer(rows[to], *place))) ++to;
    const int at = static_cast<int>(place - rows_.begin());
    listener_.aboutToInsert(at, at + static_cast<int>(to - from) - 1);
    rows_.insert(place, rows.begin() + static_cast<std::ptrdiff_t>(from), rows.begin() + static_cast<std::ptrdiff_t>(to));
    listener_.inserted();
    count += to - from;
    from = to;
  }
  for (const DecisionRow& row : rows) newest_seq_ = std::max(newest_seq_, row.seq);
  trim();
  return count;
}

void DecisionWindow::trim() {
  while (rows_.size() > most_ && ends_.size() > 1) {
    ends_.pop_back();
    const PageEnd& end = ends_.back();
    DecisionRow last;
    last.ts = end.ts;
    last.id = end.id;
    const auto keep = std::upper_bound(rows_.begin(), rows_.end(), last, newer);
    next_ = end.next;
    const int first = static_cast<int>(keep - rows_.begin());
    if (first >= static_cast<int>(rows_.size())) continue;
    listener_.aboutToRemove(first, static_cast<int>(rows_.size()) - 1);
    rows_.erase(keep, rows_.end());
    listener_.removed();
  }
}

}  // namespace signalbox::ui
