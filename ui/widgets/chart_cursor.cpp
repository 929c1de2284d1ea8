// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/chart_cursor.h"

#include <algorithm>

namespace signalbox::ui {

void ChartCursor::setTime(std::optional<qint64> time) {
  if (time == time_) return;
  time_ = time;
  Q_EMIT timeMoved();
}

void ChartCursor::setBrush(std::optional<Brush> brush) {
  if (brush == brush_) return;
  brush_ = brush;
  Q_EMIT brushMoved();
}

void ChartCursor::chooseRange(qint64 since, qint64 until) {
  setBrush(std::nullopt);
  if (since < until) Q_EMIT rangeChosen(since, until);
}

void ChartCursor::requestBack() {
  setBrush(std::nullopt);
  Q_EMIT backRequested();
}

void ChartCursor::needMargins(QObject* chart, ChartMargins needed) {
  if (!needs_.contains(chart)) {
    connect(chart, &QObject::destroyed, this, [this, chart] {
      needs_.remove(chart);
      // Later: the chart itself, half gone, would still be told.
      QMetaObject::invokeMethod(this, &ChartCursor::gatherMargins, Qt::QueuedConnection);
    });
  } else if (needs_.value(chart) == needed) {
    return;
  }
  needs_.insert(chart, needed);
  gatherMargins();
}

void ChartCursor::gatherMargins() {
  ChartMargins largest;
  for (const ChartMargins& need : std::as_const(needs_)) {
    largest.left = std::max(largest.left, need.left);
    largest.right = std::max(largest.right, need.right);
  }
  if (largest == margins_) return;
  margins_ = largest;
  Q_EMIT marginsChanged();
}

}  // namespace signalbox::ui
