// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/table_columns.h"

#include <QEvent>
#include <QHeaderView>
#include <QTableView>
#include <algorithm>
#include <numeric>

#include "theme/metrics.h"

namespace signalbox::ui {

TableColumns::TableColumns(QTableView* view, ColumnPlan plan) : QObject(view), view_(view), plan_(std::move(plan)) {
  view_->horizontalHeader()->setStretchLastSection(false);
  view_->installEventFilter(this);
  view_->viewport()->installEventFilter(this);  // as wide as what the scroll bar leaves
  const int h = metricsOf(view_).h;
  for (std::size_t column = 0; column < plan_.widths.size(); ++column) {
    view_->setColumnWidth(static_cast<int>(column), static_cast<int>(plan_.widths[column] * h));
  }
  fit();
}

// Qt would give every stretching column the same share of the rest, and starve the one that has the most to say.
void TableColumns::fit() {
  const int h = metricsOf(view_).h;
  const auto width = [&](int column) { return plan_.widths[static_cast<std::size_t>(column)] * h; };
  double need = std::accumulate(plan_.widths.begin(), plan_.widths.end(), 0.0) * h;
  const int room = view_->viewport()->width();
  for (const int column : plan_.folding) {
    const bool shown = need <= room;
    view_->setColumnHidden(column, !shown);
    if (!shown) need -= width(column);
  }
  double flexible = 0;
  for (const int column : plan_.stretching) flexible += width(column);
  const double rest = flexible + room - need;
  for (const int column : plan_.stretching) view_->setColumnWidth(column, static_cast<int>(std::max(rest, 0.0) * width(column) / flexible));
}

bool TableColumns::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Resize || event->type() == QEvent::ApplicationFontChange) fit();
  return QObject::eventFilter(watched, event);
}

}  // namespace signalbox::ui
