// SPDX-License-Identifier: GPL-3.0-only
#include "models/history_model.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "models/change_words.h"
#include "theme/cells.h"
#include "theme/format.h"

namespace signalbox::ui {

namespace {
constexpr std::size_t kPage = 200;
using domain::RevisionState;

BadgeCell badgeFor(const domain::PolicyRevision& row) {
  switch (row.state) {
    case RevisionState::Live:
      return row.confirmed ? BadgeCell{BadgeTone::Ok, stateWords(row), QStringLiteral("check"), {}}
                           : BadgeCell{BadgeTone::Draft, stateWords(row), QStringLiteral("timer"), {}};
    case RevisionState::Staged:
    case RevisionState::Canary: return {BadgeTone::Draft, stateWords(row), {}, {}};
    case RevisionState::RolledBack:
    case RevisionState::Reverted: return {BadgeTone::Bad, stateWords(row), QStringLiteral("revert"), {}};
    case RevisionState::Ended:
    case RevisionState::Aborted: break;
  }
  return {BadgeTone::Neutral, stateWords(row), {}, {}};
}
}  // namespace

QString stateWords(const domain::PolicyRevision& revision) {
  switch (revision.state) {
    case RevisionState::Live: return revision.confirmed ? HistoryModel::tr("live") : HistoryModel::tr("live, unconfirmed");
    case RevisionState::Ended: return HistoryModel::tr("ended");
    case RevisionState::RolledBack: return HistoryModel::tr("rolled back");
    case RevisionState::Reverted: return HistoryModel::tr("reverted");
    case RevisionState::Staged: return HistoryModel::tr("staged");
    case RevisionState::Canary: return HistoryModel::tr("canary");
    case RevisionState::Aborted: return HistoryModel::tr("aborted");
  }
  return {};
}

HistoryModel::HistoryModel(ConsoleClient& client, Selection& selection, QObject* parent)
    : QAbstractTableModel(parent), client_(client), selection_(selection), asker_(this) {
  const auto again = [this] {
    if (running_) refresh();
  };
  connect(&client_, &ConsoleClient::policyChanged, this, again);
  connect(&client_, &ConsoleClient::policyEdited, this, again);
  connect(&client_, &ConsoleClient::sessionChanged, this, [this] {
    beginResetModel();
    rows_.clear();
    loaded_ = asking_ = false;
    more_ = false;
    endResetModel();
  });
  connect(&client_, &ConsoleClient::helloChanged, this, again);
  connect(&client_, &ConsoleClient::resumed, this, again);
  connect(&selection_, &Selection::zoneChanged, this, [this] {
    if (!rows_.empty()) Q_EMIT dataChanged(index(0, Since), index(rowCount() - 1, Since));
    Q_EMIT headerDataChanged(Qt::Horizontal, Since, Since);
  });
}

void HistoryModel::setRunning(bool running) {
  if (!std::exchange(running_, running) && running) refresh();
}

void HistoryModel::refresh() { ask(std::nullopt); }

void HistoryModel::ask(std::optional<domain::Revision> before) {
  if (!client_.api()) return;
  asking_ = true;
  control::PolicyHistoryQuery query;
  query.limit = kPage;
  query.before = before;
  client_.policyHistory(asker_.next(), query, [this, before](const Result<std::vector<domain::PolicyRevision>>& rows) {
    asking_ = false;
    if (rows) take(*rows, before.has_value());
  });
}

void HistoryModel::take(std::vector<domain::PolicyRevision> rows, bool older) {
  const bool full = rows.size() >= kPage;
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.revision > b.revision; });
  if (older) {
    more_ = full;
    std::erase_if(rows, [&](const auto& row) { return !rows_.empty() && row.revision >= rows_.back().revision; });
    if (!rows.empty()) {
      beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(rows.size()) - 1);
      rows_.insert(rows_.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
      endInsertRows();
    }
  } else {
    renew(std::move(rows), full);
  }
  loaded_ = true;
  Q_EMIT loaded();
  reachBack(wanted_since_);
}

// New revisions go on top of those that are there, so that what is chosen and what was scrolled to stay.
void HistoryModel::renew(std::vector<domain::PolicyRevision> rows, bool full) {
  const auto known = rows_.empty() ? rows.end() : std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.revision == rows_.front().revision; });
  const auto added = static_cast<int>(known - rows.begin()), same = static_cast<int>(rows.end() - known);
  const bool follows = same > 0 && same <= rowCount() && rows.back().revision == rows_[static_cast<std::size_t>(same - 1)].revision;
  if (!follows) {
    beginResetModel();
    rows_ = std::move(rows);
    more_ = full;
    endResetModel();
    return;
  }
  if (rowCount() == same) more_ = full;  // else it is told by the pages below
  std::copy(known, rows.end(), rows_.begin());
  if (added > 0) {
    beginInsertRows({}, 0, added - 1);
    rows_.insert(rows_.begin(), rows.begin(), known);
    endInsertRows();
  }
  Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

void HistoryModel::reachBack(WallMicros since) {
  wanted_since_ = since;
  if (running_ && canFetchMore({}) && rows_.back().ts >= since) ask(rows_.back().revision);
}

bool HistoryModel::canFetchMore(const QModelIndex& parent) const { return !parent.isValid() && more_ && !asking_ && !rows_.empty(); }

void HistoryModel::fetchMore(const QModelIndex& parent) {
  if (canFetchMore(parent)) ask(rows_.back().revision);
}

QString HistoryModel::countWords() const {
  const QString all = format::counted(rowCount(), tr("revision"), tr("revisions"));
  return more_ ? tr("the latest %1").arg(all) : all;
}

const domain::PolicyRevision* HistoryModel::at(int row) const {
  return row < 0 || row >= rowCount() ? nullptr : &rows_[static_cast<std::size_t>(row)];
}

const domain::PolicyRevision* HistoryModel::find(domain::Revision revision) const {
  const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const auto& row) { return row.revision == revision; });
  return found == rows_.end() ? nullptr : &*found;
}

bool HistoryModel::canRollBack(int row) const {
  const domain::PolicyRevision* revision = at(row);
  return revision && revision->state != RevisionState::Live && revision->state != RevisionState::Staged &&
         revision->state != RevisionState::Canary && client_.may(domain::Role::Tuner);
}

int HistoryModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(rows_.size()); }

int HistoryModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QString HistoryModel::text(const domain::PolicyRevision& row, int column) const {
  switch (column) {
    case Revision: return format::revision(row.revision);
    case State: return stateWords(row);
    case Since: return selection_.zone().text(row.ts, Zone::Style::DayTime);
    case Who: return QString::fromStdString(row.who);
    case What:
      if (row.restores) return tr("back to %1").arg(format::revision(*row.restores));
      return row.diff.empty() ? tr("first policy") : changeWords(row.diff);
    case Why: return QString::fromStdString(row.reason);
    default: return {};
  }
}

QVariant HistoryModel::cell(const domain::PolicyRevision& row, int column) const {
  if (column == State) return QVariant::fromValue(badgeFor(row));
  if (column == Revision) return QVariant::fromValue(TextLine{{text(row, Revision), Tone::Text, true}});
  if (column != Actions) return {};
  LinkCell links{{tr("Diff")}};
  if (canRollBack(static_cast<int>(&row - rows_.data()))) links.links.push_back(tr("roll back"));
  return QVariant::fromValue(links);
}

QVariant HistoryModel::data(const QModelIndex& index, int role) const {
  const domain::PolicyRevision* row = index.isValid() ? at(index.row()) : nullptr;
  if (!row) return {};
  switch (role) {
    case Qt::DisplayRole: return text(*row, index.column());
    case kCellRole: return cell(*row, index.column());
    case Qt::TextAlignmentRole: return QVariant(Qt::AlignVCenter | Qt::AlignLeft);
    default: return {};
  }
}

QVariant HistoryModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole) return QVariant(Qt::AlignVCenter | Qt::AlignLeft);
  if (role != Qt::DisplayRole) return {};
  switch (section) {
    case Revision: return tr("Rev.");
    case State: return tr("State");
    case Since: return tr("Since (%1)").arg(selection_.zone().label());
    case Who: return tr("Who");
    case What: return tr("What changed");
    case Why: return tr("Reason");
    default: return QString();
  }
}

}  // namespace signalbox::ui
