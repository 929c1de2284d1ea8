// SPDX-License-Identifier: GPL-3.0-only
#include "theme/paint.h"

#include <QPainter>
#include <cmath>

namespace signalbox::ui::paint {

double hair(const QPainter& painter) {
  const double ratio = std::abs(painter.deviceTransform().m11());
  return std::max(1.0, std::floor(ratio + 1e-6)) / ratio;
}

double snapX(const QPainter& painter, double x) {
  const QTransform t = painter.deviceTransform();
  return (std::round(t.m11() * x + t.dx()) - t.dx()) / t.m11();
}

double snapY(const QPainter& painter, double y) {
  const QTransform t = painter.deviceTransform();
  return (std::round(t.m22() * y + t.dy()) - t.dy()) / t.m22();
}

QRectF snap(const QPainter& painter, const QRectF& rect) {
  return {QPointF(snapX(painter, rect.left()), snapY(painter, rect.top())),
          QPointF(snapX(painter, rect.right()), snapY(painter, rect.bottom()))};
}

namespace {

// Half-pixel rules blur fills at fractional ratios, so every straight edge is filled without antialiasing.
class Crisp {
 public:
  explicit Crisp(QPainter& painter) : painter_(painter), was_(painter.testRenderHint(QPainter::Antialiasing)) {
    painter_.setRenderHint(QPainter::Antialiasing, false);
  }
  ~Crisp() { painter_.setRenderHint(QPainter::Antialiasing, was_); }
  Crisp(const Crisp&) = delete;
  Crisp& operator=(const Crisp&) = delete;

 private:
  QPainter& painter_;
  bool was_;
};

}  // namespace

void fill(QPainter& painter, const QRectF& rect, const QColor& colour) {
  const Crisp crisp(painter);
  painter.fillRect(snap(painter, rect), colour);
}

void hLine(QPainter& painter, double x1, double x2, double y, const QColor& colour) {
  const Crisp crisp(painter);
  const double top = snapY(painter, y), left = snapX(painter, x1), right = snapX(painter, x2);
  painter.fillRect(QRectF(left, top, right - left, hair(painter)), colour);
}

void vLine(QPainter& painter, double x, double y1, double y2, const QColor& colour) {
  const Crisp crisp(painter);
  const double left = snapX(painter, x), top = snapY(painter, y1), bottom = snapY(painter, y2);
  painter.fillRect(QRectF(left, top, hair(painter), bottom - top), colour);
}

void dashedH(QPainter& painter, double x1, double x2, double y, const QColor& colour, double on, double off) {
  for (double x = x1; x < x2; x += on + off) hLine(painter, x, std::min(x + on, x2), y, colour);
}

void dashedV(QPainter& painter, double x, double y1, double y2, const QColor& colour, double on, double off) {
  for (double y = y1; y < y2; y += on + off) vLine(painter, x, y, std::min(y + on, y2), colour);
}

void frame(QPainter& painter, const QRectF& rect, const QColor& colour) {
  const QRectF r = snap(painter, rect);
  const double w = hair(painter);
  hLine(painter, r.left(), r.right(), r.top(), colour);
  hLine(painter, r.left(), r.right(), r.bottom() - w, colour);
  vLine(painter, r.left(), r.top(), r.bottom(), colour);
  vLine(painter, r.right() - w, r.top(), r.bottom(), colour);
}

void box(QPainter& painter, const QRectF& rect, double radius, const QColor& fillColour, const QColor& outline, double width) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  const double w = width > 0 ? width : hair(painter);
  QRectF r = snap(painter, rect);
  if (outline.isValid()) r.adjust(w / 2, w / 2, -w / 2, -w / 2);
  painter.setPen(outline.isValid() ? QPen(outline, w) : QPen(Qt::NoPen));
  painter.setBrush(fillColour.isValid() ? QBrush(fillColour) : QBrush(Qt::NoBrush));
  painter.drawRoundedRect(r, radius, radius);
  painter.restore();
}

void hatch(QPainter& painter, const QPainterPath& path, const QColor& colour, double gap, double width) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setClipPath(path, Qt::IntersectClip);
  painter.setPen(QPen(colour, width));
  const QRectF r = path.boundingRect();
  const double step = gap * M_SQRT2;
  // Lines start on a common grid, so that neighbouring hatches join.
  const double first = std::floor((r.left() + r.top()) / step) * step;
  for (double c = first; c < r.right() + r.bottom(); c += step)
    painter.drawLine(QPointF(c - r.top(), r.top()), QPointF(c - r.bottom(), r.bottom()));
  painter.restore();
}

void chevron(QPainter& painter, const QRectF& rect, const QColor& colour, Qt::ArrowType direction, double width) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(colour, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter.setBrush(Qt::NoBrush);
  painter.translate(rect.center());
  painter.rotate(direction == Qt::UpArrow ? 180 : direction == Qt::LeftArrow ? 90 : direction == Qt::RightArrow ? -90 : 0);
  const double w = std::min(rect.width(), rect.height()) / 2;
  painter.drawPolyline(QPolygonF({QPointF(-w, -w / 2), QPointF(0, w / 2), QPointF(w, -w / 2)}));
  painter.restore();
}

void dots(QPainter& painter, const QRectF& rect, const QColor& colour, bool vertical) {
  const QPointF c = rect.center();
  for (int i = -2; i <= 2; ++i) {
    const QPointF at = vertical ? QPointF(c.x(), c.y() + 5 * i) : QPointF(c.x() + 5 * i, c.y());
    fill(painter, QRectF(at.x() - 1, at.y() - 1, 2, 2), colour);
  }
}

}  // namespace signalbox::ui::paint
