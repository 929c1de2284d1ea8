// SPDX-License-Identifier: GPL-3.0-only
// Draws every cell of the console's tables: plain text with the right alignment and elision, or what the model puts under
// kCellRole (theme/cells.h). One instance per view. GUI thread.
#pragma once
#include <QStyledItemDelegate>

class QTableView;

namespace signalbox::ui {

class CellDelegate : public QStyledItemDelegate {
  Q_OBJECT
 public:
  explicit CellDelegate(QObject* parent = nullptr);

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  bool helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option, const QModelIndex& index) override;

 Q_SIGNALS:
  void linkActivated(const QModelIndex& index, int link);

 protected:
  bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option, const QModelIndex& index) override;
};

// Fixed row height, no vertical lines, alternate rows, whole-row selection, CellDelegate, header of our height, keyboard
// navigation by rows. Call once after construction.
CellDelegate* dressTable(QTableView* view, bool comfortable = false);

}  // namespace signalbox::ui
