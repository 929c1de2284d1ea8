// SPDX-License-Identifier: GPL-3.0-only
#include "pages/proxy/state_disc.h"

#include <QPainter>
#include <QPainterPath>
#include <cmath>
#include <numbers>

#include "theme/metrics.h"
#include "theme/theme.h"

namespace signalbox::ui {

namespace {
using State = EmbeddedRouter::State;

QPolygonF octagon(const QPointF& centre, double radius) {
  QPolygonF shape;
  for (int i = 0; i < 8; ++i) {
    const double angle = (i + 0.5) * std::numbers::pi / 4;
    shape << centre + QPointF(std::cos(angle), std::sin(angle)) * radius;
  }
  return shape;
}
}  // namespace

QString stateWords(EmbeddedRouter::State state) {
  switch (state) {
    case State::Stopped: return StateDisc::tr("Stopped");
    case State::Starting: return StateDisc::tr("Starting");
    case State::Binding: return StateDisc::tr("Binding the port");
    case State::Running: return StateDisc::tr("Running");
    case State::Paused: return StateDisc::tr("Paused");
    case State::Failed: return StateDisc::tr("Not running");
  }
  return {};
}

StateDisc::StateDisc(QWidget* parent) : QWidget(parent) { setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed); }

void StateDisc::setState(EmbeddedRouter::State state) {
  state_ = state;
  setAccessibleName(stateWords(state));
  update();
}

QSize StateDisc::sizeHint() const {
  const int side = static_cast<int>(2.9 * metricsOf(this).h);
  return {side, side};
}

void StateDisc::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const Theme& theme = themeOf(this);
  const QPointF middle = QRectF(rect()).center();
  const double r = width() / 2.0 - 2;
  const bool failed = state_ == State::Failed, running = state_ == State::Running, paused = state_ == State::Paused;
  const QColor ink = running ? theme.ok : failed ? theme.bad : paused ? theme.warn : theme.text3;
  const QColor fill = running ? theme.okFill : failed ? theme.badFill : paused ? theme.warnFill : theme.head;
  painter.setPen(QPen(ink, 2));
  painter.setBrush(fill);
  if (failed) painter.drawPolygon(octagon(middle, r));
  else painter.drawEllipse(middle, r, r);
  painter.setPen(QPen(ink, r * 0.16, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter.setBrush(Qt::NoBrush);
  const double s = r * 0.36;
  if (running) {
    painter.drawPolyline(QPolygonF({middle + QPointF(-s, 0), middle + QPointF(-s * 0.2, s * 0.8), middle + QPointF(s, -s * 0.8)}));
  } else if (paused) {
    for (const double x : {-s * 0.6, s * 0.6}) painter.drawLine(middle + QPointF(x, -s), middle + QPointF(x, s));
  } else if (failed) {
    painter.drawLine(middle + QPointF(-s, -s), middle + QPointF(s, s));
    painter.drawLine(middle + QPointF(s, -s), middle + QPointF(-s, s));
  } else if (state_ == State::Stopped) {
    painter.fillRect(QRectF(middle.x() - s, middle.y() - s, 2 * s, 2 * s), ink);
  } else {
    for (const double x : {-s, 0.0, s}) painter.drawPoint(middle + QPointF(x, 0));
  }
}

}  // namespace signalbox::ui
