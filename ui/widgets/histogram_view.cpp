// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/histogram_view.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "theme/colour.h"
#include "theme/figures.h"
#include "theme/format.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "widgets/chart_scale.h"

namespace signalbox::ui {

HistogramView::HistogramView(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setLayoutDirection(Qt::LeftToRight);
}

void HistogramView::setBins(double minimum, double maximum, std::vector<double> whole, std::vector<double> part) {
  minimum_ = minimum, maximum_ = maximum > minimum ? maximum : minimum + 1;
  whole_ = std::move(whole), part_ = std::move(part);
  double sum = 0;
  for (const double v : whole_) sum += v;
  setAccessibleDescription(tr("%1 in %n bars", nullptr, static_cast<int>(whole_.size())).arg(format::count(std::llround(sum))));
  update();
}

void HistogramView::setTicks(std::vector<Tick> ticks) {
  ticks_ = std::move(ticks);
  update();
}

void HistogramView::setMarks(std::vector<Tick> marks) {
  marks_ = std::move(marks);
  update();
}

void HistogramView::setBrushable(bool brushable) {
  brushable_ = brushable;
  QWidget::setCursor(brushable ? Qt::IBeamCursor : Qt::ArrowCursor);
}

QSize HistogramView::sizeHint() const { return {150 * metricsOf(this).u, 17 * metricsOf(this).u}; }
QSize HistogramView::minimumSizeHint() const { return {50 * metricsOf(this).u, 14 * metricsOf(this).u}; }

QRectF HistogramView::plot() const {
  const double u = metricsOf(this).u;
  return {11 * u, 1.5 * u, std::max(1.0, width() - 13.5 * u), std::max(1.0, height() - 6 * u)};
}

double HistogramView::x(double value) const { return plot().left() + (value - minimum_) / (maximum_ - minimum_) * plot().width(); }
double HistogramView::valueAt(double px) const {
  return std::clamp(minimum_ + (px - plot().left()) / plot().width() * (maximum_ - minimum_), minimum_, maximum_);
}

void HistogramView::paintEvent(QPaintEvent* /*event*/) {
  const Theme& t = themeOf(this);
  const double u = metricsOf(this).u;
  const QRectF area = plot();
  const QFont font = typeFont(Type::Tick);
  QPainter painter(this);
  const double most = whole_.empty() ? 0 : *std::max_element(whole_.begin(), whole_.end());
  const ValueTicks scale = linearTicks(0, std::max(most, 1.0), 2, 4);
  const auto y = [&](double v) { return area.bottom() - v / scale.hi * area.height(); };
  for (const double v : scale.at) {
    paint::hLine(painter, area.left(), area.right(), y(v), t.grid);
    painter.setPen(t.text3);
    const QString text = countFormat_ ? countFormat_(v) : format::count(std::llround(v));
    figures::draw(painter, {0, y(v) - 2 * u, area.left() - 1.5 * u, 4 * u}, Qt::AlignRight | Qt::AlignVCenter, text, font);
  }
  const auto bars = [&](const std::vector<double>& bins, const QColor& colour) {
    for (std::size_t i = 0; i < bins.size(); ++i) {
      if (!(bins[i] > 0)) continue;
      const double left = paint::snapX(painter, area.left() + area.width() * double(i) / double(bins.size()));
      const double right = paint::snapX(painter, area.left() + area.width() * double(i + 1) / double(bins.size()));
      const double gap = right - left > 3 ? paint::hair(painter) : 0;
      paint::fill(painter, {left, y(bins[i]), std::max(right - left - gap, paint::hair(painter)), area.bottom() - y(bins[i])}, colour);
    }
  };
  bars(whole_, withAlpha(t.cache, 0.55));
  bars(part_, t.ink);
  paint::hLine(painter, area.left(), area.right(), area.bottom(), t.edge);

  std::vector<Tick> ticks = ticks_;
  if (ticks.empty())
    for (const double v : linearTicks(minimum_, maximum_, 3, 6).at)
      if (v >= minimum_ && v <= maximum_) ticks.push_back({v, format::plain(v), false});
  for (const Tick& tick : ticks) {
    paint::vLine(painter, x(tick.at), area.bottom(), area.bottom() + u, t.edge);
    painter.setPen(tick.strong ? t.text : t.text3);
    figures::draw(painter, {x(tick.at) - 12 * u, area.bottom() + u, 24 * u, 3.75 * u}, Qt::AlignCenter, tick.text, font);
  }
  for (const Tick& mark : marks_) {
    if (mark.at < minimum_ || mark.at > maximum_) continue;
    paint::dashedV(painter, x(mark.at), area.top(), area.bottom(), t.ink2, 3, 3);
    const QRectF flag(x(mark.at), area.top() - u, figures::width(mark.text, font) + 2.5 * u, 3.25 * u);
    paint::fill(painter, flag, t.base);
    paint::frame(painter, flag, t.ink2);
    painter.setPen(t.text);
    figures::draw(painter, flag, Qt::AlignCenter, mark.text, font);
  }
  if (from_ && to_) {
    const auto [a, b] = std::minmax(x(*from_), x(*to_));
    paint::fill(painter, {a, area.top(), b - a, area.height()}, withAlpha(t.select, 0.5));
    for (const double edge : {a, b}) paint::vLine(painter, edge, area.top(), area.bottom(), t.accent);
  }
}

void HistogramView::mousePressEvent(QMouseEvent* event) {
  if (!brushable_ || event->button() != Qt::LeftButton) return event->ignore();
  from_ = valueAt(event->position().x());
  to_.reset();
}

void HistogramView::mouseMoveEvent(QMouseEvent* event) {
  if (!from_ || !(event->buttons() & Qt::LeftButton)) return;
  to_ = valueAt(event->position().x());
  update();
}

void HistogramView::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || !from_) return;
  const std::optional<double> from = from_, to = to_;
  from_.reset(), to_.reset();
  update();
  if (to && std::abs(x(*to) - x(*from)) > metricsOf(this).u) Q_EMIT rangeChosen(std::min(*from, *to), std::max(*from, *to));
}

void HistogramView::keyPressEvent(QKeyEvent* event) {
  if (event->key() != Qt::Key_Escape || !from_) return QWidget::keyPressEvent(event);
  from_.reset(), to_.reset();
  update();
}

}  // namespace signalbox::ui
