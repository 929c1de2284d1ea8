// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/badge_label.h"

#include <QPainter>

#include "theme/metrics.h"
#include "theme/paint.h"

namespace signalbox::ui {

BadgeLabel::BadgeLabel(QWidget* parent) : QWidget(parent) { setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed); }

void BadgeLabel::setBadge(BadgeTone tone, const QString& text, const QString& icon) {
  tone_ = tone, text_ = text, icon_ = icon;
  setAccessibleName(text);
  updateGeometry();
  update();
}

QSize BadgeLabel::sizeHint() const { return {static_cast<int>(paint::badgeWidth(text_, icon_)), metricsOf(this).h}; }

void BadgeLabel::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  paint::badge(painter, rect(), tone_, text_, icon_, themeOf(this));
}

}  // namespace signalbox::ui
