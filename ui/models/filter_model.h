// SPDX-License-Identifier: GPL-3.0-only
// The selection's filter as a list, one row a condition: what the chips show. Changes go to the selection. GUI thread.
#pragma once
#include <QAbstractListModel>

#include "state/selection.h"

namespace signalbox::ui {

class FilterModel : public QAbstractListModel {
  Q_OBJECT
 public:
  enum Role { FieldRole = Qt::UserRole + 1, OpRole, ValueRole };
  explicit FilterModel(Selection& selection, QObject* parent = nullptr);

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
  bool removeRows(int row, int count, const QModelIndex& parent = {}) override;
  // Adds what was typed. An error says why it was not understood; then nothing is changed.
  Result<void> add(const QString& typed);

 private:
  void follow();
  Selection& selection_;
  domain::Where shown_;
};

}  // namespace signalbox::ui
