// SPDX-License-Identifier: GPL-3.0-only
// How the router does, in the range and under the filter: large numbers, six charts on one axis, baselines and events. GUI thread.
#pragma once
#include "models/history_model.h"
#include "models/metrics_series.h"
#include "pages/catalogue.h"
#include "widgets/chart_cursor.h"

namespace signalbox::ui {

class BaselinesPanel;
class EmptyState;
class EventsPanel;
class FilterBar;
class FirstRequest;
class HeadlineStrip;
class OverviewCharts;

class OverviewPage : public Page {
  Q_OBJECT
 public:
  OverviewPage(const PageContext& context, QWidget* parent = nullptr);

  [[nodiscard]] QString title() const override { return tr("Overview"); }
  void activate() override;
  void deactivate() override;
  [[nodiscard]] QList<DockContent*> docks() override;
  [[nodiscard]] QList<QAction*> pageActions() override { return actions_; }
  [[nodiscard]] QStringList statusParts() const override;

 private:
  void connectAll();
  void refresh();
  void showState();

  PageContext context_;
  MetricsSeries series_, graded_;
  HistoryModel history_;
  ChartCursor cursor_;
  FilterBar* filter_;
  HeadlineStrip* headline_;
  EmptyState* empty_;
  FirstRequest* first_;
  OverviewCharts* charts_;
  BaselinesPanel* baselines_;
  EventsPanel* events_;
  QList<QAction*> actions_;
  bool active_ = false;
};

}  // namespace signalbox::ui
