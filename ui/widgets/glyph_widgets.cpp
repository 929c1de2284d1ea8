// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/glyph_widgets.h"

#include <QPainter>

#include "theme/metrics.h"
#include "theme/paint.h"

namespace signalbox::ui {

StateGlyph::StateGlyph(QWidget* parent) : QWidget(parent) { setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed); }

void StateGlyph::setMark(StateMark mark) {
  if (mark == mark_) return;
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

}  // namespace signalbox::ui
