// SPDX-License-Identifier: GPL-3.0-only
// What happened in the range, newest first: policy changes, confirmations, reverts. A row activated says so. GUI thread.
#pragma once
#include <QListView>
#include <QStringList>
#include <vector>

#include "domain/policy_document.h"
#include "state/selection.h"
#include "widgets/dock_content.h"

class QStandardItemModel;

namespace signalbox::ui {

class EventsPanel : public DockContent {
  Q_OBJECT
 public:
  explicit EventsPanel(QWidget* parent = nullptr);
  void show(const std::vector<domain::PolicyRevision>& revisions, const Span& span, const Zone& zone);
  void choose(const QString& label);  // "r42": selects its row

 private:
  QListView* list_;
  QStandardItemModel* model_;
  QStringList rows_;  // as shown
};

}  // namespace signalbox::ui
