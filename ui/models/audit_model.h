// SPDX-License-Identifier: GPL-3.0-only
// The audit log, newest first, by pages as the view scrolls, with what the router says of its hash chain. GUI thread.
#pragma once
#include <QAbstractTableModel>
#include <vector>

#include "bridge/console_client.h"
#include "state/selection.h"

namespace signalbox::ui {

class AuditModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { Seq, Time, Who, Role, Action, Revision, Reason, Outcome, ColumnCount };

  AuditModel(ConsoleClient& client, Selection& selection, QObject* parent = nullptr);
  void setRunning(bool running);

  [[nodiscard]] const domain::AuditEntry* at(int row) const;
  [[nodiscard]] bool hasLoaded() const { return loaded_; }
  [[nodiscard]] bool hasMore() const { return more_; }  // older than the rows that were fetched
  [[nodiscard]] bool isVerified() const { return verified_; }
  [[nodiscard]] std::optional<std::int64_t> brokenAt() const { return broken_at_; }
  [[nodiscard]] const QString& error() const { return error_; }

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
  void forget();
  void ask(std::optional<std::int64_t> before);
  void renew(const std::vector<domain::AuditEntry>& rows, bool full);
  [[nodiscard]] QString text(const domain::AuditEntry& entry, int column) const;

  ConsoleClient& client_;
  Selection& selection_;
  Asker asker_;
  std::vector<domain::AuditEntry> rows_;
  QString error_;
  bool running_ = false, loaded_ = false, asking_ = false, more_ = false, verified_ = false;
  std::optional<std::int64_t> broken_at_;
};

}  // namespace signalbox::ui
