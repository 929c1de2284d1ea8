// SPDX-License-Identifier: GPL-3.0-only
#include "shell/menu_button.h"

#include <QMenu>
#include <QPainter>

#include "theme/figures.h"
#include "theme/metrics.h"
#include "theme/paint.h"

namespace signalbox::ui {

MenuButton::MenuButton(const QString& name, QWidget* parent) : QToolButton(parent) {
  setAccessibleName(name);
  setPopupMode(QToolButton::InstantPopup);
  setMenu(new QMenu(this));
  setAutoRaise(true);
  setFocusPolicy(Qt::StrongFocus);
}

QSize MenuButton::sizeHint() const {
  const Metrics m = metricsOf(this);
  return {qRound(figures::width(text(), typeFont(Type::Heading)) + m.px(12) + 3.5 * m.u), m.control()};
}

void MenuButton::paintEvent(QPaintEvent* /*event*/) {
  const Theme& t = themeOf(this);
  const Metrics m = metricsOf(this);
  QPainter painter(this);
  if (isEnabled() && (underMouse() || isDown())) paint::box(painter, rect(), m.radius(), isDown() ? t.line : t.hover, {});
  const bool reversed = layoutDirection() == Qt::RightToLeft;
  const double side = m.px(8), chevron = reversed ? m.u : width() - m.u - side - m.px(2);
  QRectF words(reversed ? side + 2.0 * m.u : m.u, 0, width() - side - 3.0 * m.u, height());
  const QFont font = typeFont(Type::Body, isEnabled());
  painter.setFont(font);
  painter.setPen(isEnabled() ? t.text : t.disabled);
  painter.drawText(words, int(reversed ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignAbsolute | Qt::AlignVCenter | Qt::TextSingleLine, text());
  paint::chevron(painter, {chevron, (height() - side) / 2 + 1, side, side}, isEnabled() ? t.text3 : t.disabled, Qt::DownArrow, m.px(1.4));
}

}  // namespace signalbox::ui
