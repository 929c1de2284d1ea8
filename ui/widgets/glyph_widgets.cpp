// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/glyph_widgets.h"

#include <QPainter>

#include "theme/metrics.h"
#include "theme/paint.h"

namespace signalbox::ui {

StateGlyph::StateGlyph(QWidget* parent) : QWidget(parent) { setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed); }

void StateGlyph::setMark(StateMark mark) {
  mark_ = mark;
  update();
}

void StateGlyph::setScale(double scale) {
  scale_ = scale;
  updateGeometry();
}

QSize StateGlyph::sizeHint() const {
  const int side = qRound(metricsOf(this).icon() * scale_);
  return {side, side};
}

void StateGlyph::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  paint::state(painter, rect(), mark_, themeOf(this));
}

TierGlyph::TierGlyph(const TierKey& tier, QWidget* parent) : QWidget(parent), tier_(tier) { setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed); }

void TierGlyph::setTier(const TierKey& tier) {
  tier_ = tier;
  update();
}

QSize TierGlyph::sizeHint() const {
  const int side = metricsOf(this).tierGlyph() + 2;
  return {side, side};
}

void TierGlyph::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  paint::tier(painter, QRectF(rect()).center(), metricsOf(this).tierGlyph(), themeOf(this).tier(tier_));
}

StateDisc::StateDisc(QWidget* parent) : QWidget(parent) { setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed); }

void StateDisc::setSign(Sign sign) {
  sign_ = sign;
  update();
}

QSize StateDisc::sizeHint() const {
  const int side = 13 * metricsOf(this).u;
  return {side, side};
}

void StateDisc::paintEvent(QPaintEvent* /*event*/) {
  const Theme& t = themeOf(this);
  QColor ink = t.text2, fill = t.head;
  if (sign_ == Sign::Running) ink = t.ok, fill = t.okFill;
  if (sign_ == Sign::Failed) ink = t.bad, fill = t.badFill;
  if (sign_ == Sign::Paused) ink = t.warn, fill = t.warnFill;
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const double s = width() / 52.0;
  painter.scale(s, s);
  painter.setPen(QPen(ink, 2.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter.setBrush(fill);
  if (sign_ == Sign::Failed) painter.drawPolygon(QPolygonF({{17, 3}, {35, 3}, {49, 17}, {49, 35}, {35, 49}, {17, 49}, {3, 35}, {3, 17}}));
  else painter.drawEllipse(QPointF(26, 26), 23.5, 23.5);
  painter.setPen(QPen(ink, 4, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter.setBrush(Qt::NoBrush);
  switch (sign_) {
    case Sign::Running: painter.drawPolyline(QPolygonF({{16, 27}, {23, 34}, {36, 19}})); break;
    case Sign::Stopped: painter.drawRect(QRectF(18, 18, 16, 16)); break;
    case Sign::Paused:
      painter.drawLine(QPointF(20, 18), QPointF(20, 34));
      painter.drawLine(QPointF(32, 18), QPointF(32, 34));
      break;
    case Sign::Failed:
      painter.drawLine(QPointF(18, 18), QPointF(34, 34));
      painter.drawLine(QPointF(34, 18), QPointF(18, 34));
      break;
    case Sign::Busy:
      for (const double x : {17.0, 26.0, 35.0}) painter.drawPoint(QPointF(x, 26));
      break;
  }
}

}  // namespace signalbox::ui
