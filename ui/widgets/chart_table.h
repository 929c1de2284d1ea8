// SPDX-License-Identifier: GPL-3.0-only
// A chart's numbers as a table in a window of its own: what is seen in the picture, for those who cannot or will not see it.
// Belongs to its chart.
#pragma once
#include <QDialog>

class QStandardItemModel;

namespace signalbox::ui {

struct ChartModel;
class ToneLabel;

class ChartTable : public QDialog {
  Q_OBJECT
 public:
  ChartTable(const ChartModel& chart, QWidget* parent);
  void fill(const ChartModel& chart);  // anew, with what the chart holds now
  void copy() const;                   // tab-separated, with a head

 private:
  QStandardItemModel* rows_ = nullptr;
  ToneLabel* said_ = nullptr;
  QString provenance_;
};

}  // namespace signalbox::ui
