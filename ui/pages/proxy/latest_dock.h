// SPDX-License-Identifier: GPL-3.0-only
// The latest requests beside the proxy: as many columns as fit, none of them cut. GUI thread.
#pragma once
#include "models/decision_table_model.h"
#include "widgets/dock_content.h"

class QTableView;

namespace signalbox::ui {

class LatestDock : public DockContent {
  Q_OBJECT
 public:
  LatestDock(DecisionTableModel& model, QWidget* parent = nullptr);
  void setSource(const QString& router);  // whose requests they are; empty = of the router on this computer

 Q_SIGNALS:
  void decisionChosen(const signalbox::domain::DecisionId& id);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void fit();
  void say();
  QString source_, state_;
  QTableView* table_;
};

}  // namespace signalbox::ui
