// SPDX-License-Identifier: GPL-3.0-only
#include "models/filter_model.h"

#include "models/filter_text.h"

namespace signalbox::ui {

FilterModel::FilterModel(Selection& selection, QObject* parent)
    : QAbstractListModel(parent), selection_(selection), shown_(selection.filter()) {
  connect(&selection_, &Selection::filterChanged, this, &FilterModel::follow);
}

int FilterModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(shown_.all.size());
}

QVariant FilterModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const ConditionWords words = wordsFor(shown_.all[static_cast<std::size_t>(index.row())]);
  switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole: return words.text();
    case FieldRole: return words.field;
    case OpRole: return words.op;
    case ValueRole: return words.value;
    default: return {};
  }
}

bool FilterModel::removeRows(int row, int count, const QModelIndex& parent) {
  if (parent.isValid() || row < 0 || count < 1 || row + count > rowCount()) return false;
  domain::Where filter = selection_.filter();
  filter.all.erase(filter.all.begin() + row, filter.all.begin() + row + count);
  selection_.setFilter(filter);
  return true;
}

Result<void> FilterModel::add(const QString& typed) {
  auto conditions = parseFilterText(typed);
  if (!conditions) return std::unexpected(conditions.error());
  for (const domain::Condition& condition : *conditions) selection_.addCondition(condition);
  return {};
}

void FilterModel::follow() {
  beginResetModel();
  shown_ = selection_.filter();
  endResetModel();
}

}  // namespace signalbox::ui
