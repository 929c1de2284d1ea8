// SPDX-License-Identifier: GPL-3.0-only
// Keeps the columns of a table readable at any width: each has its own, some share what is left, and where those would have too
// little the ones that can be missed fold away, in order; they come back by themselves. Owned by the view. GUI thread.
#pragma once
#include <QObject>
#include <utility>
#include <vector>

class QTableView;

namespace signalbox::ui {

struct ColumnPlan {
  std::vector<double> widths;                     // in lines; of a stretching column its least
  std::vector<int> stretching;                    // share what is left
  std::vector<int> folding;                       // first to go first
};

class TableColumns : public QObject {
  Q_OBJECT
 public:
  TableColumns(QTableView* view, ColumnPlan plan);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void fit();
  QTableView* view_;
  ColumnPlan plan_;
};

}  // namespace signalbox::ui
