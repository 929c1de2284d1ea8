// SPDX-License-Identifier: GPL-3.0-only
#include <QFontMetricsF>
#include <QPainter>
#include <cmath>

#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"

namespace signalbox::ui::paint {
namespace {

QPolygonF diamond(double half) {
  const double r = half * 1.08;
  return QPolygonF({QPointF(0, -r), QPointF(r, 0), QPointF(0, r), QPointF(-r, 0)});
}

QPolygonF triangle(double half) {
  return QPolygonF({QPointF(0, -half), QPointF(half * 1.1, half * 0.85), QPointF(-half * 1.1, half * 0.85)});
}

void numberOn(QPainter& painter, double size, int number, const TierLook& look) {
  QFont font = typeFont(Type::Tick, true);
  font.setPointSizeF(font.pointSizeF() * 0.75);
  painter.setFont(font);
  painter.setPen(look.fill.lightnessF() > 0.6F ? QColor(Qt::black) : QColor(Qt::white));
  painter.drawText(QRectF(-size, -size, 2 * size, 2 * size), Qt::AlignCenter, QString::number(number));
}

}  // namespace

void tier(QPainter& painter, QPointF centre, double size, const TierLook& look, const QColor& outline) {
  if (look.shape == TierShape::None) return;
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.translate(centre);
  const double half = size / 2;
  const bool ring = look.shape == TierShape::Ring || look.shape == TierShape::RingDot;
  painter.setPen(outline.isValid() && !ring ? QPen(outline, 1) : QPen(Qt::NoPen));
  painter.setBrush(look.fill);
  switch (look.shape) {
    case TierShape::Disc: painter.drawEllipse(QPointF(0, 0), half * 0.9, half * 0.9); break;
    case TierShape::Diamond:
      painter.drawPolygon(diamond(look.number > 0 ? half * 1.25 : half));
      if (look.number > 0) numberOn(painter, size, look.number, look);
      break;
    case TierShape::Triangle: painter.drawPolygon(triangle(half)); break;
    case TierShape::Ring:
    case TierShape::RingDot: {
      const bool dot = look.shape == TierShape::RingDot;
      painter.setBrush(Qt::NoBrush);
      painter.setPen(QPen(look.fill, (dot ? 0.15 : 0.18) * size));
      painter.drawEllipse(QPointF(0, 0), half * 0.78, half * 0.78);
      painter.setPen(Qt::NoPen);
      painter.setBrush(look.fill);
      if (dot) painter.drawEllipse(QPointF(0, 0), half * 0.32, half * 0.32);
      break;
    }
    case TierShape::None: break;
  }
  painter.restore();
}

QColor stateColour(StateMark mark, const Theme& theme) {
  switch (mark) {
    case StateMark::Ok: return theme.ok;
    case StateMark::Warn: return theme.warn;
    case StateMark::Bad: return theme.bad;
    case StateMark::Info: return theme.info;
    case StateMark::Draft: return theme.draft;
    case StateMark::Stale:
    case StateMark::NotPermitted:
    case StateMark::NoData:
    case StateMark::None: break;
  }
  return theme.text2;
}

void state(QPainter& painter, const QRectF& rect, StateMark mark, const Theme& theme) {
  const QColor colour = stateColour(mark, theme);
  switch (mark) {
    case StateMark::None: return;
    case StateMark::Ok: return paintIcon(painter, rect, QStringLiteral("ok"), colour);
    case StateMark::Warn: return paintIcon(painter, rect, QStringLiteral("warn"), colour);
    case StateMark::Bad: return paintIcon(painter, rect, QStringLiteral("error"), colour);
    case StateMark::Stale: return paintIcon(painter, rect, QStringLiteral("stale"), colour);
    case StateMark::Info: return paintIcon(painter, rect, QStringLiteral("info"), colour);
    case StateMark::NotPermitted: return paintIcon(painter, rect, QStringLiteral("role"), colour);
    case StateMark::Draft: {
      const double inset = rect.width() * 0.14;
      return box(painter, rect.adjusted(inset, inset, -inset, -inset), 1.5, colour, {});
    }
    case StateMark::NoData: {
      painter.save();
      painter.setRenderHint(QPainter::Antialiasing);
      painter.setPen(QPen(colour, 1.2, Qt::CustomDashLine));
      QPen pen = painter.pen();
      pen.setDashPattern({2, 2});
      painter.setPen(pen);
      painter.setBrush(Qt::NoBrush);
      const double inset = rect.width() * 0.14;
      painter.drawRect(rect.adjusted(inset, inset, -inset, -inset));
      painter.restore();
      return;
    }
  }
}

BadgeColours badgeColours(BadgeTone tone, const Theme& theme) {
  const QColor none = theme.highContrast ? theme.line : QColor();
  switch (tone) {
    case BadgeTone::Ok: return {theme.okFill, theme.ok, none};
    case BadgeTone::Warn: return {theme.warnFill, theme.warn, theme.warnEdge};
    case BadgeTone::Bad: return {theme.badFill, theme.bad, none};
    case BadgeTone::Info: return {theme.infoFill, theme.info, none};
    case BadgeTone::Draft: return {theme.draftFill, theme.draftText, theme.draft};
    case BadgeTone::Neutral: break;
  }
  return {theme.head, theme.text2, theme.line};
}

double badgeWidth(const QString& text, const QString& icon) {
  const Metrics m = Metrics::of(typeFont(Type::Body));
  const double iconWidth = icon.isEmpty() ? 0 : m.px(12) + m.u;
  return std::ceil(QFontMetricsF(typeFont(Type::Secondary)).horizontalAdvance(text) + iconWidth + 3.0 * m.u);
}

double badge(QPainter& painter, const QRectF& area, BadgeTone tone, const QString& text, const QString& icon, const Theme& theme) {
  const Metrics m = Metrics::of(typeFont(Type::Body));
  const BadgeColours colours = badgeColours(tone, theme);
  const double width = std::min(badgeWidth(text, icon), area.width());
  const double height = std::min<double>(m.h, area.height());
  const QRectF body(area.left(), area.center().y() - height / 2, width, height);
  box(painter, body, m.radius(), colours.fill, colours.outline);
  double x = body.left() + 1.5 * m.u;
  if (!icon.isEmpty()) {
    const double side = m.px(12);
    paintIcon(painter, QRectF(x, body.center().y() - side / 2, side, side), icon, colours.text);
    x += side + m.u;
  }
  painter.save();
  const QFont font = typeFont(Type::Secondary);
  painter.setFont(font);
  painter.setPen(colours.text);
  const QRectF words(x, body.top(), body.right() - x - m.u, body.height());
  painter.drawText(words, Qt::AlignVCenter | Qt::AlignLeft, QFontMetricsF(font).elidedText(text, Qt::ElideRight, words.width() + 1));
  painter.restore();
  return width;
}

}  // namespace signalbox::ui::paint
