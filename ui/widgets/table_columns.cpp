// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/table_columns.h"

#include <QEvent>
#include <QHeaderView>
#include <QScrollBar>
#include <QTableView>
#include <numeric>

#include "theme/metrics.h"

namespace signalbox::ui {

TableColumns::TableColumns(QTableView* view, ColumnPlan plan) : QObject(view), view_(view), plan_(std::move(plan)) {
  view_->horizontalHeader()->setStretchLastSection(false);
  for (const int column : plan_.stretching) view_->horizontalHeader()->setSectionResizeMode(column, QHeaderView::Stretch);
  view_->installEventFilter(this);
  const int h = metricsOf(view_).h;
  for (std::size_t column = 0; column < plan_.widths.size(); ++column) {
    view_->setColumnWidth(static_cast<int>(column), static_cast<int>(plan_.widths[column] * h));
  }
  fit();
}

void TableColumns::fit() {
  const int h = metricsOf(view_).h;
  double need = std::accumulate(plan_.widths.begin(), plan_.widths.end(), 0.0) * h;
  const int room = view_->width() - view_->verticalScrollBar()->sizeHint().width() - 2 * view_->frameWidth();
  for (const int column : plan_.folding) {
    const bool shown = need <= room;
    view_->setColumnHidden(column, !shown);
    if (!shown) need -= plan_.widths[static_cast<std::size_t>(column)] * h;
  }
}

bool TableColumns::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Resize || event->type() == QEvent::ApplicationFontChange) fit();
  return QObject::eventFilter(watched, event);
}

}  // namespace signalbox::ui
