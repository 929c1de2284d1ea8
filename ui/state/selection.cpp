// SPDX-License-Identifier: GPL-3.0-only
#include "state/selection.h"

#include <algorithm>
#include <utility>

namespace signalbox::ui {

namespace {
constexpr std::size_t kHistory = 100;
}

Selection::Selection(QObject* parent) : QObject(parent) {}

void Selection::go(const State& to, bool remember) {
  if (to == now_) return;
  if (remember) {
    past_.push_back(now_);
    if (past_.size() > kHistory) past_.erase(past_.begin());
    future_.clear();
  }
  const State before = std::exchange(now_, to);
  if (!(before.zone == now_.zone)) Q_EMIT zoneChanged();
  if (!(before.range == now_.range)) Q_EMIT rangeChanged();
  if (!(before.filter == now_.filter)) Q_EMIT filterChanged();
  Q_EMIT historyChanged();
}

void Selection::begin(const TimeRange& range, const Zone& zone) { go({range, zone, now_.filter}, false); }

void Selection::setRange(const TimeRange& range) { go({range, now_.zone, now_.filter}, true); }

void Selection::setZone(const Zone& zone) { go({now_.range, zone, now_.filter}, true); }

void Selection::setFilter(const domain::Where& filter) { go({now_.range, now_.zone, filter}, true); }

void Selection::addCondition(const domain::Condition& condition) {
  domain::Where filter = now_.filter;
  const auto same = std::find_if(filter.all.begin(), filter.all.end(), [&](const domain::Condition& other) {
    return other.field == condition.field && other.op == condition.op;
  });
  if (same != filter.all.end()) {
    *same = condition;
  } else {
    filter.all.push_back(condition);
  }
  setFilter(filter);
}

void Selection::removeCondition(int at) {
  if (at < 0 || static_cast<std::size_t>(at) >= now_.filter.all.size()) return;
  domain::Where filter = now_.filter;
  filter.all.erase(filter.all.begin() + at);
  setFilter(filter);
}

void Selection::clearFilter() { setFilter({}); }

void Selection::back() {
  if (past_.empty()) return;
  future_.push_back(now_);
  const State to = past_.back();
  past_.pop_back();
  go(to, false);
}

void Selection::forward() {
  if (future_.empty()) return;
  past_.push_back(now_);
  const State to = future_.back();
  future_.pop_back();
  go(to, false);
}

void Selection::openDecision(const domain::DecisionId& id) {
  setDecision(id);
  Q_EMIT decisionOpened();
}

void Selection::setDecision(std::optional<domain::DecisionId> id) {
  if (decision_ == id) return;
  decision_ = id;
  Q_EMIT decisionChanged();
}

}  // namespace signalbox::ui
