// SPDX-License-Identifier: GPL-3.0-only
#include "models/decision_table_model.h"

#include <algorithm>
#include <utility>

namespace signalbox::ui {

namespace {
constexpr std::size_t kPage = 200;
constexpr std::size_t kMostWaiting = 5'000;
constexpr std::size_t kMostUnworded = 2'000;
constexpr int kRecountEveryMs = 60'000;
constexpr std::size_t kMostUncounted = 1'000'000;
}  // namespace

DecisionTableModel::DecisionTableModel(ConsoleClient& client, Selection& selection, PolicyBook& book, QObject* parent,
                                       std::size_t most)
    : QAbstractTableModel(parent), client_(client), selection_(selection), book_(book), pages_(this), counts_(this), recounts_(this),
      tail_(client),
      window_(*this, most) {
  const auto again = [this] {
    if (running_) reload();
    else of_another_ = true;
  };
  connect(&selection_, &Selection::rangeChanged, this, again);
  connect(&selection_, &Selection::filterChanged, this, again);
  connect(&client_, &ConsoleClient::sessionChanged, this, again);
  connect(&client_, &ConsoleClient::resumed, this, [this] {
    if (running_ && (state_ == State::Failed || missed_)) reload();
  });
  connect(&selection_, &Selection::zoneChanged, this, [this] {
    if (rowCount() > 0) Q_EMIT dataChanged(index(0, Time), index(rowCount() - 1, Time));
    Q_EMIT headerDataChanged(Qt::Horizontal, Time, Time);
  });
  connect(&tail_, &DecisionTail::arrived, this, &DecisionTableModel::takeBatch);
  connect(&book_, &PolicyBook::revisionArrived, this, &DecisionTableModel::rewordFor);
  recount_.setInterval(kRecountEveryMs);
  connect(&recount_, &QTimer::timeout, this, &DecisionTableModel::recount);
}

void DecisionTableModel::start() {
  if (std::exchange(running_, true)) return;
  // While the router is away the rows stay, with their age; they are asked for anew when it is back.
  missed_ = !of_another_ && window_.size() > 0 && client_.api() && !client_.link().isUp();
  if (!missed_) reload();
}

void DecisionTableModel::stop() {
  running_ = false;
  asking_ = false;
  recount_.stop();
  for (Asker* asker : {&pages_, &counts_, &recounts_}) asker->cancel();
  page_off_.cancel();
  count_off_.cancel();
  tail_.stop();
}

void DecisionTableModel::reload() {
  beginResetModel();
  window_.clear();
  waiting_.clear();
  unworded_.clear();
  overflow_ = 0;
  endResetModel();
  missed_ = of_another_ = gap_ = false;
  count_.reset();
  uncounted_.clear();
  counted_to_ = 0;
  counting_ = false;
  for (Asker* asker : {&pages_, &counts_, &recounts_}) asker->cancel();
  recount_.stop();
  dropped_ = 0;
  span_ = selection_.range().at(client_.routerNow());
  if (!client_.api()) {
    tail_.stop();
    return setState(State::Offline);
  }
  setState(State::Loading);
  Q_EMIT tailChanged();
  Q_EMIT countChanged();
  if (selection_.range().isLive()) {
    tail_.start({selection_.filter(), 0, std::nullopt});
    recount_.start();
  } else {
    tail_.stop();
  }
  ask({});
}

void DecisionTableModel::ask(const std::string& before) {
  control::DecisionQuery query;
  if (before.empty()) {
    query = countedQuery();
  } else {
    query.since = span_.since;
    query.until = selection_.range().isLive() ? INT64_MAX : span_.until;
    query.where = selection_.filter();
    query.before = before;
    query.cancel = page_off_.next();
  }
  query.limit = kPage;
  query.attempts = true;  // so that a row of the past gives the same reason as one that came live
  asking_ = true;
  since_asked_.start();
  client_.queryDecisions(pages_.next(), std::move(query), [this, first = before.empty()](const auto& page) {
    takePage(page, first);
  });
}

void DecisionTableModel::takePage(const Result<control::DecisionPage>& page, bool first) {
  asking_ = false;
  if (!page) {
    if (first) setState(State::Failed, QString::fromStdString(page.error().message));
    return;
  }
  std::vector<DecisionRow> rows;
  rows.reserve(page->items.size());
  for (const auto& item : page->items) rows.push_back(read(item));
  window_.append(std::move(rows), page->next);
  if (!first) return;
  first_rows_ms_ = static_cast<double>(since_asked_.nsecsElapsed()) / 1e6;
  const bool empty = window_.size() == 0;
  setState(!empty ? State::Ready : selection_.filter().all.empty() ? State::NoData : State::Filtered);
  takeSeen(page->items);
  takeCount(page->count, page->counting);
}

void DecisionTableModel::takeBatch(const control::DecisionBatch& batch) {
  // Rows are missing in the middle, and nothing in the table would show it.
  if (batch.gap && !held_) return reload();
  gap_ = gap_ || batch.gap;
  dropped_ += batch.dropped;
  std::vector<DecisionRow> rows;
  for (const auto& item : batch.items) {
    if (item.decision.ts < span_.since) continue;
    rows.push_back(read(item));
    if (item.seq > counted_to_) uncounted_.push_back(item.seq);
  }
  if (uncounted_.size() > kMostUncounted) {
    count_.reset();  // until it is asked anew
    uncounted_.clear();
  }
  if (state_ == State::Loading) {
    // The first page is on its way and may hold them: they wait for it.
    window_.insert(std::move(rows));
  } else if (held_) {
    const std::size_t room = kMostWaiting - std::min(kMostWaiting, waiting_.size());
    const std::size_t kept = overflow_ > 0 ? 0 : std::min(room, rows.size());
    waiting_.insert(waiting_.end(), rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(kept));
    overflow_ += rows.size() - kept;
  } else if (window_.insert(std::move(rows)) > 0 && state_ != State::Ready) {
    setState(State::Ready);
  }
  Q_EMIT tailChanged();
  Q_EMIT countChanged();
}

void DecisionTableModel::setHeld(bool held) {
  if (held_ == held) return;
  held_ = held;
  if (!held_) release();
  Q_EMIT tailChanged();
}

void DecisionTableModel::release() {
  if (overflow_ > 0 || gap_) return reload();
  window_.insert(std::exchange(waiting_, {}));
}

DecisionRow DecisionTableModel::read(const domain::CommittedDecision& committed) {
  const WorkloadFacts* facts = book_.find(committed.decision.policy, committed.decision.workload);
  if (!facts && unworded_.size() < kMostUnworded) unworded_.push_back(committed);
  return rowOf(committed, facts, words_);
}

void DecisionTableModel::rewordFor(domain::Revision revision) {
  const auto mine = std::stable_partition(unworded_.begin(), unworded_.end(),
                                          [&](const auto& item) { return item.decision.policy != revision; });
  std::vector<domain::CommittedDecision> now(std::make_move_iterator(mine), std::make_move_iterator(unworded_.end()));
  unworded_.erase(mine, unworded_.end());
  for (const auto& item : now) {
    const auto at = window_.find(item.decision.id);
    if (!at) {
      const auto held = std::find_if(waiting_.begin(), waiting_.end(), [&](const DecisionRow& row) { return row.id == item.decision.id; });
      if (held != waiting_.end()) *held = rowOf(item, book_.find(revision, item.decision.workload), words_);
      continue;
    }
    window_.replace(*at, rowOf(item, book_.find(revision, item.decision.workload), words_));
    const int row = static_cast<int>(*at);
    Q_EMIT dataChanged(index(row, Complexity), index(row, Why));
  }
}

bool DecisionTableModel::canFetchMore(const QModelIndex& parent) const {
  return !parent.isValid() && running_ && !asking_ && state_ == State::Ready && !window_.next().empty() && !window_.isFull();
}

void DecisionTableModel::fetchMore(const QModelIndex& parent) {
  if (canFetchMore(parent)) ask(window_.next());
}

std::optional<domain::DecisionId> DecisionTableModel::idAt(int row) const {
  if (row < 0 || row >= rowCount()) return std::nullopt;
  return window_.at(static_cast<std::size_t>(row)).id;
}

int DecisionTableModel::rowOfId(const domain::DecisionId& id) const {
  const auto at = window_.find(id);
  return at ? static_cast<int>(*at) : -1;
}

void DecisionTableModel::setState(State state, const QString& error) {
  if (state_ == state && error_ == error) return;
  state_ = state;
  error_ = error;
  Q_EMIT stateChanged();
}

}  // namespace signalbox::ui
