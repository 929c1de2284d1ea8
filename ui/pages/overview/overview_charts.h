// SPDX-License-Identifier: GPL-3.0-only
// The six charts of the overview on one time axis with one cursor. Shows what a MetricsSeries holds; fetches nothing. GUI thread.
#pragma once
#include <vector>

#include "models/history_model.h"
#include "models/metrics_series.h"
#include "pages/common/page_helpers.h"
#include "widgets/chart_cursor.h"
#include "widgets/time_series_view.h"

namespace signalbox::ui {

class OverviewCharts : public HairlineBox {
  Q_OBJECT
 public:
  OverviewCharts(ChartCursor& cursor, QWidget* parent = nullptr);

  void setTiers(std::vector<std::string> tiers) { tiers_ = std::move(tiers); }
  void show(const MetricsSeries& series, const Zone& zone, const std::vector<domain::PolicyRevision>& revisions);
  // The same range in wider buckets, for what only graded answers tell.
  void showGraded(const MetricsSeries& series);
  [[nodiscard]] const std::vector<TimeSeriesView*>& views() const { return all_; }
  // Words for the states without data; `stale_since` ≠ 0 greys everything from then on.
  void showState(ChartState state, const QString& message, const QString& action = {}, WallMicros stale_since = 0);

 Q_SIGNALS:
  void markerActivated(const QString& label);
  void actionTriggered();

 private:
  [[nodiscard]] TimeSeriesView* add(const QString& name, const QString& title, const QString& note = {});
  void showShares(const MetricsSeries& series);
  void showLatency(const MetricsSeries& series);
  void showRates(const MetricsSeries& series);
  void showCosts(const MetricsSeries& series, const Zone& zone);

  ChartCursor& cursor_;
  std::vector<std::string> tiers_;
  std::vector<TimeSeriesView*> all_;
  bool ungraded_ = false;
  TimeSeriesView *split_, *latency_, *escalation_, *errors_, *per_correct_, *cost_;
};

}  // namespace signalbox::ui
