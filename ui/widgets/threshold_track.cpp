// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/threshold_track.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "theme/colour.h"
#include "theme/format.h"
#include "theme/paint.h"
#include "widgets/chart_scale.h"
#include "widgets/threshold_slider.h"

namespace signalbox::ui {

struct ThresholdTrack::Geometry {
  Metrics m;
  double left, right, histogramBottom, trackY, stripTop, stripHeight, scaleTop, minimum, maximum;
  [[nodiscard]] double x(double value) const { return left + (value - minimum) / (maximum - minimum) * (right - left); }
  [[nodiscard]] double value(double x) const { return minimum + (x - left) / (right - left) * (maximum - minimum); }
};

ThresholdTrack::ThresholdTrack(ThresholdSlider& slider) : QWidget(&slider), slider_(slider) {
  setFocusPolicy(Qt::StrongFocus);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setCursor(Qt::ArrowCursor);
  setLayoutDirection(Qt::LeftToRight);  // a scale of numbers does not mirror
}

QSize ThresholdTrack::sizeHint() const {
  const Metrics m = metricsOf(this);
  const double strip = slider_.coverage_.size() < 2 ? 0 : 3.25;  // its room is not kept while nothing is known
  return {100 * m.u, qRound(2.2 * m.h) + qRound((1.75 + 7.75 + strip) * m.u)};
}

QSize ThresholdTrack::minimumSizeHint() const { return {45 * metricsOf(this).u, sizeHint().height()}; }

ThresholdTrack::Geometry ThresholdTrack::geometryNow() const {
  const Metrics m = metricsOf(this);
  const ThresholdSetup& setup = slider_.setup_;
  Geometry g{};
  g.m = m;
  g.left = 3.0 * m.u, g.right = width() - 3.0 * m.u;
  g.histogramBottom = std::round(2.2 * m.h);
  g.trackY = g.histogramBottom + 1.75 * m.u;
  const bool covered = slider_.coverage_.size() >= 2;
  g.stripTop = g.trackY + 4.0 * m.u, g.stripHeight = covered ? 2.75 * m.u : 0;
  g.scaleTop = g.stripTop + (covered ? g.stripHeight + 0.5 * m.u : 0);
  g.minimum = setup.minimum, g.maximum = setup.maximum;
  return g;
}

void ThresholdTrack::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  const Geometry g = geometryNow();
  paintHistogram(painter, g);
  paintTrack(painter, g);
  paintCoverage(painter, g);
  paintScale(painter, g);
  paintHandle(painter, g);
}

void ThresholdTrack::paintHistogram(QPainter& painter, const Geometry& g) const {
  const Theme& t = themeOf(this);
  const auto& bins = slider_.bins_;
  const double top = 3, tall = g.histogramBottom - top;
  const double most = bins.empty() ? 0 : *std::max_element(bins.begin(), bins.end());
  const auto [from, to] = std::minmax(slider_.live_, slider_.proposed_);
  const QColor quiet = over(withAlpha(t.cache, 0.6), t.base);
  for (std::size_t i = 0; i < bins.size() && most > 0; ++i) {
    const double lo = g.minimum + (g.maximum - g.minimum) * double(i) / double(bins.size());
    const double hi = g.minimum + (g.maximum - g.minimum) * double(i + 1) / double(bins.size());
    const double high = bins[i] / most * tall;
    if (high <= 0) continue;
    const double left = paint::snapX(painter, g.x(lo)), right = paint::snapX(painter, g.x(hi)) - paint::hair(painter);
    const QRectF bar(left, g.histogramBottom - high, std::max(right - left, paint::hair(painter)), high);
    paint::fill(painter, bar, quiet);
    // What flips is cut exactly at live and proposed, not at the bin's edge.
    const double cutLeft = std::max(bar.left(), g.x(from)), cutRight = std::min(bar.right(), g.x(to));
    if (cutRight > cutLeft) paint::fill(painter, {cutLeft, bar.top(), cutRight - cutLeft, high}, t.draft);
  }
  if (bins.empty()) {
    painter.setFont(typeFont(Type::Secondary));
    painter.setPen(t.text3);
    painter.drawText(QRectF(g.left, 0, g.right - g.left, g.histogramBottom), Qt::AlignCenter, tr("no scores yet"));
  }
  paint::hLine(painter, g.left, g.right, g.histogramBottom, t.edge);
}

void ThresholdTrack::paintTrack(QPainter& painter, const Geometry& g) const {
  const Theme& t = themeOf(this);
  const ThresholdSetup& setup = slider_.setup_;
  const bool off = !isEnabled();
  const double thick = g.m.u, cut = g.x(slider_.proposed_), y = g.trackY - thick / 2;
  const auto colour = [&](const TierKey& key) { return key.kind == TierKind::None || off ? t.line : t.tier(key).fill; };
  paint::fill(painter, {g.left, y, cut - g.left, thick}, colour(setup.below));
  paint::fill(painter, {cut, y, g.right - cut, thick}, colour(setup.above));

  const double live = paint::snapX(painter, g.x(slider_.live_));
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(t.text);
  const double s = g.m.u / 4.0, w = 1.5 * s;
  painter.drawRect(QRectF(live - w / 2, 2, w, g.trackY + 9 * s - 2));
  painter.drawPolygon(QPolygonF({QPointF(live, g.trackY + 3 * s), QPointF(live + 5 * s, g.trackY + 11 * s), QPointF(live - 5 * s, g.trackY + 11 * s)}));
  painter.restore();
}

void ThresholdTrack::paintHandle(QPainter& painter, const Geometry& g) const {
  const Theme& t = themeOf(this);
  const bool moved = slider_.isMoved();
  const double s = g.m.u / 4.0, x = paint::snapX(painter, g.x(slider_.proposed_));
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  if (moved) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(t.draft);
    painter.drawRect(QRectF(x - 0.75 * s, 2, 1.5 * s, g.trackY - 2));
  }
  const QRectF body(x - 5.5 * s, g.trackY - 9 * s, 11 * s, 18 * s);
  painter.setPen(QPen(moved ? t.base : t.edge, 1.5 * s));
  painter.setBrush(moved ? t.draft : isEnabled() ? t.base : t.window);
  painter.drawRoundedRect(body, 2 * s, 2 * s);
  painter.setPen(QPen(moved ? t.base : t.edge, s));
  for (const double dx : {-1.5 * s, 1.5 * s}) painter.drawLine(QPointF(x + dx, g.trackY - 4 * s), QPointF(x + dx, g.trackY + 4 * s));
  if (hasFocus()) {
    painter.setPen(QPen(t.focus, 2));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(body.adjusted(-3.5 * s, -3.5 * s, 3.5 * s, 3.5 * s), 4 * s, 4 * s);
  }
  painter.restore();
}

void ThresholdTrack::paintCoverage(QPainter& painter, const Geometry& g) const {
  const auto& coverage = slider_.coverage_;
  if (coverage.size() < 2) return;
  const Theme& t = themeOf(this);
  const QRectF strip = paint::snap(painter, {g.left, g.stripTop, g.right - g.left, g.stripHeight});
  paint::fill(painter, strip, t.base);
  const auto edge = [&](int classes) {
    QPainterPath path(strip.bottomLeft());
    for (std::size_t i = 0; i < coverage.size(); ++i) {
      const CoverageShares& c = coverage[i];
      const double share = c.observed + (classes > 1 ? c.other : 0) + (classes > 2 ? c.imputed : 0);
      path.lineTo(strip.left() + strip.width() * double(i) / double(coverage.size() - 1), strip.bottom() - strip.height() * std::clamp(share, 0.0, 1.0));
    }
    path.lineTo(strip.bottomRight());
    path.closeSubpath();
    return path;
  };
  painter.save();
  paint::hatch(painter, edge(3), t.ink2, g.m.u, 1.2);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.fillPath(edge(2), t.other);
  painter.fillPath(edge(1), t.ink);
  painter.restore();
  paint::frame(painter, strip, t.edge);
  const double x = paint::snapX(painter, g.x(slider_.proposed_)), w = g.m.px(2);
  paint::fill(painter, {x - w / 2, strip.top() - g.m.u / 2.0, w, strip.height() + g.m.u}, t.draft);
}

void ThresholdTrack::paintScale(QPainter& painter, const Geometry& g) const {
  const Theme& t = themeOf(this);
  const ThresholdSetup& setup = slider_.setup_;
  std::vector<double> ticks = setup.ticks;
  if (ticks.empty())
    for (const double v : linearTicks(setup.minimum, setup.maximum, 4, 6).at)
      if (v >= setup.minimum - 1e-9 && v <= setup.maximum + 1e-9) ticks.push_back(v);
  painter.setFont(typeFont(Type::Tick));
  painter.setPen(t.text3);
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    QString text = format::number(ticks[i], 2, locale());
    if (text.endsWith(QLatin1Char('0'))) text.chop(1);
    const double wide = 12.0 * g.m.u, x = g.x(ticks[i]);
    const bool first = i == 0, last = i + 1 == ticks.size();
    const double left = first ? x : last ? x - wide : x - wide / 2;
    painter.drawText(QRectF(left, g.scaleTop, wide, 3.5 * g.m.u), int(first ? Qt::AlignLeft : last ? Qt::AlignRight : Qt::AlignHCenter) | Qt::AlignVCenter, text);
  }
}

void ThresholdTrack::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || slider_.readOnly_) return event->ignore();
  const Geometry g = geometryNow();
  const double zone = g.m.h / 2.0, handle = g.x(slider_.proposed_);
  if (std::abs(event->position().y() - g.trackY) > zone) return;
  const bool onHandle = std::abs(event->position().x() - handle) <= zone;
  before_ = slider_.proposed_;
  grabOffset_ = onHandle ? event->position().x() - handle : 0;
  if (!onHandle) slider_.propose(g.value(event->position().x()), false);
}

void ThresholdTrack::mouseMoveEvent(QMouseEvent* event) {
  if (grabOffset_) slider_.propose(geometryNow().value(event->position().x() - *grabOffset_), false);
}

void ThresholdTrack::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || !grabOffset_) return;
  grabOffset_.reset();
  if (slider_.proposed_ != before_) Q_EMIT slider_.committed(slider_.proposed_);
}

void ThresholdTrack::wheelEvent(QWheelEvent* event) {
  if (!hasFocus() || slider_.readOnly_) return event->ignore();
  const int turned = event->angleDelta().y() != 0 ? event->angleDelta().y() : event->angleDelta().x();
  if (turned != 0) slider_.propose(slider_.proposed_ + (turned > 0 ? 1 : -1) * slider_.setup_.step, true);
  event->accept();
}

void ThresholdTrack::keyPressEvent(QKeyEvent* event) {
  if (slider_.readOnly_) return event->ignore();
  const double step = slider_.setup_.step * ((event->modifiers() & Qt::ShiftModifier) ? 10 : 1);
  const double page = slider_.setup_.step * 50;
  const double now = slider_.proposed_;
  switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Down: return slider_.propose(now - step, false);
    case Qt::Key_Right:
    case Qt::Key_Up: return slider_.propose(now + step, false);
    case Qt::Key_PageDown: return slider_.propose(now - page, false);
    case Qt::Key_PageUp: return slider_.propose(now + page, false);
    case Qt::Key_Home: return slider_.propose(slider_.live_, false);
    case Qt::Key_Return:
    case Qt::Key_Enter: Q_EMIT slider_.committed(now); return;
    case Qt::Key_Escape:
      if (!grabOffset_) break;
      grabOffset_.reset();
      return slider_.propose(before_, true);
    default: break;
  }
  QWidget::keyPressEvent(event);
}

// A held key moves many times and is one change.
void ThresholdTrack::keyReleaseEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
    case Qt::Key_Home:
      if (!event->isAutoRepeat() && !slider_.readOnly_) Q_EMIT slider_.committed(slider_.proposed_);
      return;
    default: QWidget::keyReleaseEvent(event);
  }
}

void ThresholdTrack::focusInEvent(QFocusEvent* event) {
  update();
  QWidget::focusInEvent(event);
}

void ThresholdTrack::focusOutEvent(QFocusEvent* event) {
  if (grabOffset_) {
    grabOffset_.reset();
    Q_EMIT slider_.committed(slider_.proposed_);
  }
  update();
  QWidget::focusOutEvent(event);
}

}  // namespace signalbox::ui
