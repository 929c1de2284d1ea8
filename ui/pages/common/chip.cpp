// SPDX-License-Identifier: GPL-3.0-only
#include "pages/common/chip.h"

#include <QKeyEvent>
#include <QPainter>

#include "theme/icons.h"
#include "theme/metrics.h"

namespace signalbox::ui {

Chip::Chip(const QString& field, const QString& op, const QString& value, QWidget* parent)
    : QAbstractButton(parent),
      line_{{field + QLatin1Char(' ') + op + QLatin1Char(' '), Tone::Text2}, {value, Tone::Text, true}} {
  setFocusPolicy(Qt::StrongFocus);
  setAccessibleName(tr("Filter %1; remove").arg(plainText(line_)));
  setToolTip(tr("Remove this condition"));
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
  connect(this, &QAbstractButton::clicked, this, &Chip::removed);
}

QSize Chip::sizeHint() const {
  const Metrics m = metricsOf(this);
  return {qRound(lineWidth(line_, font())) + m.icon() + 7 * m.u, m.h + m.u};
}

void Chip::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const Theme& theme = themeOf(this);
  const Metrics m = metricsOf(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QRectF box = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
  painter.setPen(theme.line);
  painter.setBrush(underMouse() ? theme.hover : theme.base);
  painter.drawRoundedRect(box, box.height() / 2, box.height() / 2);
  const double cross = 0.7 * m.icon();
  const QRectF text = box.adjusted(2.5 * m.u, 0, -(cross + 4 * m.u), 0);
  drawLine(painter, text, line_, font(), theme);
  paintIcon(painter, QRectF(box.right() - cross - 2 * m.u, box.center().y() - cross / 2, cross, cross), QStringLiteral("close"),
            theme.text2);
}

void Chip::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Delete || event->key() == Qt::Key_Backspace) {
    Q_EMIT removed();
    return;
  }
  QAbstractButton::keyPressEvent(event);
}

}  // namespace signalbox::ui
