// SPDX-License-Identifier: GPL-3.0-only
// Every decision: filter, how many over time, the table with its live tail, and the dock of the one in hand. GUI thread.
#pragma once
#include "models/decision_table_model.h"
#include "models/history_model.h"
#include "models/metrics_series.h"
#include "pages/catalogue.h"
#include "widgets/chart_cursor.h"

class QAction;
class QStackedWidget;
class QTableView;

namespace signalbox::ui {

class Banner;
class DecisionDock;
class EmptyState;
class FilterBar;
class FirstRequest;
class TimeSeriesView;
class ToneLabel;

class DecisionsPage : public Page {
  Q_OBJECT
 public:
  DecisionsPage(const PageContext& context, QWidget* parent = nullptr);

  [[nodiscard]] QString title() const override { return tr("Decisions"); }
  void activate() override;
  void deactivate() override;
  [[nodiscard]] QList<DockContent*> docks() override;
  [[nodiscard]] QList<QAction*> pageActions() override { return actions_; }
  [[nodiscard]] QStringList statusParts() const override;

 private:
  void build();
  void buildTable();
  void connectAll();
  void makeActions();
  void followSelection();
  void followScroll();
  void showNewest();
  void step(int by);
  void showState();
  void showTail();
  void showHistogram();

  PageContext context_;
  PolicyBook book_;
  DecisionTableModel model_;
  MetricsSeries series_;
  HistoryModel history_;  // for the flags where the policy changed
  ChartCursor cursor_;
  QList<QAction*> actions_;
  FilterBar* filter_;
  TimeSeriesView* histogram_;
  Banner* held_;
  ToneLabel* count_;
  QStackedWidget* stack_;
  QTableView* table_;
  EmptyState* empty_;
  FirstRequest* first_;
  DecisionDock* dock_;
  bool active_ = false;
};

}  // namespace signalbox::ui
