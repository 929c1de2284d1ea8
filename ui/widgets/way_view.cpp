// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/way_view.h"

#include <QPainter>

#include "theme/format.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "widgets/way_painter.h"

namespace signalbox::ui {

WayView::WayView(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setLayoutDirection(Qt::LeftToRight);  // time does not mirror
  setAccessibleName(tr("The way of this request"));
}

void WayView::setWay(Way way) {
  way_ = std::move(way);
  describe();
  updateGeometry();
  update();
}

void WayView::clear() {
  way_.reset();
  setAccessibleDescription({});
  updateGeometry();
  update();
}

void WayView::describe() {
  QStringList parts;
  for (const WayAttempt& a : way_->attempts) {
    const QString tier = a.tier < static_cast<int>(way_->tiers.size()) ? way_->tiers[a.tier] : QString();
    parts << tr("%1: %2%3").arg(tier, a.caption, a.failed ? tr(", failed") : QString());
  }
  for (const WayGate& g : way_->gates) parts << tr("gate: %1 %2").arg(g.found, g.rule).trimmed();
  if (!way_->sidingCaption.isEmpty()) parts << way_->sidingCaption;
  setAccessibleDescription(parts.join(QStringLiteral("; ")));
}

QSize WayView::sizeHint() const {
  const Metrics m = metricsOf(this);
  const int tiers = way_ ? static_cast<int>(way_->tiers.size()) : 3;
  return {100 * m.u, qRound(WayPainter::height(tiers, way_ && way_->siding != Way::Siding::None, m))};
}

QSize WayView::minimumSizeHint() const { return {60 * metricsOf(this).u, sizeHint().height()}; }

void WayView::paintEvent(QPaintEvent* /*event*/) {
  if (!way_) return;
  QPainter painter(this);
  WayPainter(painter, *way_, themeOf(this), metricsOf(this), size()).paint();
}

}  // namespace signalbox::ui
