// SPDX-License-Identifier: GPL-3.0-only
// The policy's revisions, newest first, for a table: what changed, who did it, what became of it. Refreshes itself when the
// policy changes. GUI thread.
#pragma once
#include <QAbstractTableModel>
#include <vector>

#include "bridge/console_client.h"
#include "state/selection.h"

namespace signalbox::ui {

class HistoryModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { Revision, State, Since, Who, What, Why, Actions, ColumnCount };
  enum Link { DiffLink, RollbackLink };

  HistoryModel(ConsoleClient& client, Selection& selection, QObject* parent = nullptr);
  void setRunning(bool running);  // hidden pages ask for nothing

  [[nodiscard]] const domain::PolicyRevision* at(int row) const;
  [[nodiscard]] const std::vector<domain::PolicyRevision>& revisions() const { return rows_; }
  [[nodiscard]] const domain::PolicyRevision* find(domain::Revision revision) const;
  [[nodiscard]] bool hasLoaded() const { return loaded_; }
  [[nodiscard]] QString countWords() const;  // "3 revisions"; "the latest 200 revisions" where there are older ones
  // Fetches on, page by page, until revisions of that time are there too.
  void reachBack(WallMicros since);
  [[nodiscard]] bool canRollBack(int row) const;

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  [[nodiscard]] bool canFetchMore(const QModelIndex& parent) const override;
  void fetchMore(const QModelIndex& parent) override;

 public Q_SLOTS:
  void refresh();

 Q_SIGNALS:
  void loaded();

 private:
  void ask(std::optional<domain::Revision> before);
  void take(std::vector<domain::PolicyRevision> rows, bool older);
  void renew(std::vector<domain::PolicyRevision> rows, bool full);
  [[nodiscard]] QString text(const domain::PolicyRevision& row, int column) const;
  [[nodiscard]] QVariant cell(const domain::PolicyRevision& row, int column) const;

  ConsoleClient& client_;
  Selection& selection_;
  Asker asker_;
  std::vector<domain::PolicyRevision> rows_;
  WallMicros wanted_since_ = INT64_MAX;
  bool running_ = false, loaded_ = false, more_ = false, asking_ = false;
};

[[nodiscard]] QString stateWords(const domain::PolicyRevision& revision);

}  // namespace signalbox::ui
