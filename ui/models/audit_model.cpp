// SPDX-License-Identifier: GPL-3.0-only
#include "models/audit_model.h"

#include <algorithm>
#include <utility>

#include "models/change_words.h"
#include "theme/cells.h"
#include "theme/format.h"

namespace signalbox::ui {

namespace {
constexpr std::size_t kPage = 200;
}

AuditModel::AuditModel(ConsoleClient& client, Selection& selection, QObject* parent)
    : QAbstractTableModel(parent), client_(client), selection_(selection), asker_(this) {
  const auto again = [this] {
    if (running_) refresh();
  };
  connect(&client_, &ConsoleClient::helloChanged, this, again);
  connect(&client_, &ConsoleClient::resumed, this, again);
  connect(&client_, &ConsoleClient::sessionChanged, this, &AuditModel::forget);
  connect(&client_, &ConsoleClient::policyChanged, this, again);
  connect(&client_, &ConsoleClient::policyEdited, this, again);
  connect(&client_, &ConsoleClient::labelled, this, again);
  connect(&selection_, &Selection::zoneChanged, this, [this] {
    if (!rows_.empty()) Q_EMIT dataChanged(index(0, Time), index(rowCount() - 1, Time));
    Q_EMIT headerDataChanged(Qt::Horizontal, Time, Time);
  });
}

void AuditModel::setRunning(bool running) {
  if (!std::exchange(running_, running) && running) refresh();
}

// Entries of another router, or what it said of their chain, are not this one's.
void AuditModel::forget() {
  asker_.cancel();
  beginResetModel();
  rows_.clear();
  loaded_ = asking_ = more_ = verified_ = false;
  broken_at_.reset();
  error_.clear();
  endResetModel();
  Q_EMIT loaded();
}

void AuditModel::refresh() {
  // While the router is away what is known stays; it is asked anew when it is back.
  if (client_.api() && (client_.link().isUp() || !loaded_)) ask(std::nullopt);
}

void AuditModel::ask(std::optional<std::int64_t> before) {
  asking_ = true;
  client_.listAudit(asker_.next(), kPage, before, [this, before](const Result<control::AuditPage>& page) {
    asking_ = false;
    error_ = page ? QString() : QString::fromStdString(page.error().message);
    if (!page) {
      Q_EMIT loaded();
      return;
    }
    verified_ = page->verified;
    broken_at_ = page->broken_at;
    const bool full = page->entries.size() == kPage;
    if (!before) {
      renew(page->entries, full);
    } else if (more_ = full; !page->entries.empty()) {
      const int first = rowCount();
      beginInsertRows({}, first, first + static_cast<int>(page->entries.size()) - 1);
      rows_.insert(rows_.end(), page->entries.begin(), page->entries.end());
      endInsertRows();
    }
    loaded_ = true;
    Q_EMIT loaded();
  });
}

// New entries go on top of those that are there, so that what is chosen and what was scrolled to stay: entries never change.
void AuditModel::renew(const std::vector<domain::AuditEntry>& rows, bool full) {
  const auto known = rows_.empty() ? rows.end() : std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.seq == rows_.front().seq; });
  if (known == rows.end() || known->hash != rows_.front().hash) {
    beginResetModel();
    rows_ = rows;
    more_ = full;
    endResetModel();
    return;
  }
  if (known == rows.begin()) return;
  beginInsertRows({}, 0, static_cast<int>(known - rows.begin()) - 1);
  rows_.insert(rows_.begin(), rows.begin(), known);
  endInsertRows();
}

bool AuditModel::canFetchMore(const QModelIndex& parent) const {
  return !parent.isValid() && more_ && !asking_ && !rows_.empty();
}

void AuditModel::fetchMore(const QModelIndex& parent) {
  if (canFetchMore(parent)) ask(rows_.back().seq);
}

const domain::AuditEntry* AuditModel::at(int row) const {
  return row < 0 || row >= rowCount() ? nullptr : &rows_[static_cast<std::size_t>(row)];
}

int AuditModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(rows_.size()); }

int AuditModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QString AuditModel::text(const domain::AuditEntry& entry, int column) const {
  switch (column) {
    case Seq: return format::count(entry.seq);
    case Time: return selection_.zone().text(entry.ts, Zone::Style::Full);
    case Who: return QString::fromStdString(entry.who);
    case Role: {
      const std::string_view word = domain::name(entry.role);
      return QString::fromUtf8(word.data(), static_cast<qsizetype>(word.size()));
    }
    case Action: return actionWords(entry.action);
    case Revision: return entry.revision > 0 ? format::revision(entry.revision) : format::unknown();
    case Reason: return QString::fromStdString(entry.reason);
    case Outcome: return QString::fromStdString(entry.outcome);
    default: return {};
  }
}

QVariant AuditModel::data(const QModelIndex& index, int role) const {
  const domain::AuditEntry* entry = index.isValid() ? at(index.row()) : nullptr;
  if (!entry) return {};
  switch (role) {
    case Qt::DisplayRole: return text(*entry, index.column());
    case kCellRole:
      if (index.column() == Time) return QVariant::fromValue(MonoCell{text(*entry, Time), false});
      if (index.column() == Outcome) {
        return QVariant::fromValue(StateCell{entry->outcome == "ok" ? StateMark::Ok : StateMark::Bad, text(*entry, Outcome)});
      }
      return {};
    case Qt::TextAlignmentRole:
      return QVariant(Qt::AlignVCenter | (index.column() == Seq ? Qt::AlignRight : Qt::AlignLeft));
    default: return {};
  }
}

QVariant AuditModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole) return QVariant(Qt::AlignVCenter | (section == Seq ? Qt::AlignRight : Qt::AlignLeft));
  if (role != Qt::DisplayRole) return {};
  switch (section) {
    case Seq: return tr("Seq");
    case Time: return tr("Time (%1)").arg(selection_.zone().label());
    case Who: return tr("Who");
    case Role: return tr("Role");
    case Action: return tr("Action");
    case Revision: return tr("Rev.");
    case Reason: return tr("Reason");
    case Outcome: return tr("Outcome");
    default: return {};
  }
}

}  // namespace signalbox::ui
