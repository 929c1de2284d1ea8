// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/sparkline.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "theme/colour.h"
#include "theme/format.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "widgets/chart_columns.h"

namespace signalbox::ui {

Sparkline::Sparkline(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setLayoutDirection(Qt::LeftToRight);
}

void Sparkline::setSamples(Samples samples, qint64 since, qint64 until) {
  samples_ = std::move(samples);
  since_ = since, until_ = std::max(until, since + 1);
  update();
}

void Sparkline::setScale(double lo, double hi) {
  lo_ = lo, hi_ = hi > lo ? hi : lo + 1;
  update();
}

void Sparkline::setStaleFrom(std::optional<qint64> from) {
  staleFrom_ = from;
  update();
}

QSize Sparkline::sizeHint() const { return {35 * metricsOf(this).u, 7 * metricsOf(this).u}; }
QSize Sparkline::minimumSizeHint() const { return {15 * metricsOf(this).u, 5 * metricsOf(this).u}; }

void Sparkline::paintEvent(QPaintEvent* /*event*/) {
  const Theme& t = themeOf(this);
  QPainter painter(this);
  const double bottom = height() - paint::hair(painter), tall = height() - 3.0;
  paint::hLine(painter, 0, width(), bottom, t.line);
  const int columns = std::max(1, static_cast<int>(width() * devicePixelRatioF()));
  const auto x = [&](double position) { return position * width() / columns; };
  const auto y = [&](double v) { return bottom - 1 - std::clamp((v - lo_) / (hi_ - lo_), 0.0, 1.0) * tall; };
  if (samples_ != nullptr) {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(staleFrom_ ? t.stale : t.ink, 1.3, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin));
    QPolygonF run;
    const auto flush = [&] {
      if (run.size() > 1) painter.drawPolyline(run);
      else if (run.size() == 1) painter.drawPoint(run.first());
      run.clear();
    };
    const PlotPoints points = plotPoints(*samples_, since_, until_, columns);
    for (const PlotPoint& p : points.at) {
      if (p.breakBefore) flush();
      if (points.condensed && p.max > p.min) run << QPointF(x(p.position), y(p.max)) << QPointF(x(p.position), y(p.min));
      run << QPointF(x(p.position), y(p.mean));
    }
    flush();
  }
  if (!staleFrom_) return;
  QPainterPath path;
  const double from = std::clamp(double(*staleFrom_ - since_) / double(until_ - since_), 0.0, 1.0) * width();
  path.addRect(QRectF(from, 1, width() - from, bottom - 1));
  paint::hatch(painter, path, t.edge, 1.25 * metricsOf(this).u, 1);
}

TierBar::TierBar(QWidget* parent) : QWidget(parent) { setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed); }

void TierBar::setShares(std::vector<TierShareOf> shares, bool stale) {
  shares_ = std::move(shares);
  stale_ = stale;
  QStringList parts;
  for (const TierShareOf& s : shares_) parts << format::share(s.share);
  setAccessibleName(tr("Tier split"));
  setAccessibleDescription(parts.join(QStringLiteral(", ")));
  update();
}

QSize TierBar::sizeHint() const { return {35 * metricsOf(this).u, qRound(2.5 * metricsOf(this).u)}; }
QSize TierBar::minimumSizeHint() const { return {10 * metricsOf(this).u, sizeHint().height()}; }

void TierBar::paintEvent(QPaintEvent* /*event*/) {
  const Theme& t = themeOf(this);
  QPainter painter(this);
  double from = 0;
  for (const TierShareOf& s : shares_) {
    const double wide = s.share * width();
    const QColor fill = t.tier(s.tier).fill;
    paint::fill(painter, {from, 0, std::max(1.0, wide - paint::hair(painter)), double(height())}, stale_ ? withAlpha(fill, 0.4) : fill);
    from += wide;
  }
}

}  // namespace signalbox::ui
