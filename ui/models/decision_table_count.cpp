// SPDX-License-Identifier: GPL-3.0-only
// How many decisions match: what the router counted, and what came live since.
#include <algorithm>

#include "models/decision_table_model.h"

namespace signalbox::ui {

namespace {
constexpr int kCountDeadlineMs = 2'000;
}

// Its count may come long after the page, while further pages are fetched.
control::DecisionQuery DecisionTableModel::countedQuery() {
  control::DecisionQuery query;
  query.since = span_.since;
  query.until = selection_.range().isLive() ? INT64_MAX : span_.until;
  query.where = selection_.filter();
  query.cancel = count_off_.next();
  query.deadline_ms = kCountDeadlineMs;
  query.progress = [this, ticket = counts_.next()](std::optional<std::int64_t> count, bool counting) {
    onGuiThread([this, ticket, count, counting] {
      if (ticket.isValid()) takeCount(count, counting);
    });
  };
  return query;
}

void DecisionTableModel::recount() {
  if (!running_ || state_ != State::Ready || !client_.link().isUp()) return;
  control::DecisionQuery query = countedQuery();
  query.since = selection_.range().at(client_.routerNow()).since;
  query.limit = 1;
  client_.queryDecisions(recounts_.next(), std::move(query), [this](const Result<control::DecisionPage>& page) {
    if (!page) return;
    takeSeen(page->items);
    if (page->count) takeCount(page->count, page->counting);
  });
}

void DecisionTableModel::takeSeen(const std::vector<domain::CommittedDecision>& items) {
  counted_to_ = 0;
  for (const auto& item : items) counted_to_ = std::max(counted_to_, item.seq);
}

void DecisionTableModel::takeCount(std::optional<std::int64_t> count, bool counting) {
  count_ = count;
  counting_ = counting;
  std::erase_if(uncounted_, [this](std::int64_t seq) { return seq <= counted_to_; });
  Q_EMIT countChanged();
}

std::optional<std::int64_t> DecisionTableModel::matching() const {
  if (!count_) return std::nullopt;
  return *count_ + static_cast<std::int64_t>(uncounted_.size());
}

}  // namespace signalbox::ui
