// SPDX-License-Identifier: GPL-3.0-only
// Painting that is sharp at every scale: lines and fills on device pixels, hatches that scale, glyphs of tiers and states.
// All sizes are logical. REQUIRES: the painter is only translated and scaled.
#pragma once
#include <QPainterPath>
#include <QRectF>

#include "theme/cells.h"
#include "theme/theme.h"

class QPainter;

namespace signalbox::ui::paint {

[[nodiscard]] double hair(const QPainter& painter);  // width of a hairline: max(1, floor(ratio)) device pixels
[[nodiscard]] double snapX(const QPainter& painter, double x);
[[nodiscard]] double snapY(const QPainter& painter, double y);
[[nodiscard]] QRectF snap(const QPainter& painter, const QRectF& rect);

void fill(QPainter& painter, const QRectF& rect, const QColor& colour);  // edges on device pixels
void hLine(QPainter& painter, double x1, double x2, double y, const QColor& colour);
void vLine(QPainter& painter, double x, double y1, double y2, const QColor& colour);
// `on`, `off` in logical pixels.
void dashedH(QPainter& painter, double x1, double x2, double y, const QColor& colour, double on, double off);
void dashedV(QPainter& painter, double x, double y1, double y2, const QColor& colour, double on, double off);
void frame(QPainter& painter, const QRectF& rect, const QColor& colour);  // hairlines inside the rectangle

// A rounded box with a hairline (or `width`) outline inside it. An invalid colour is not drawn.
void box(QPainter& painter, const QRectF& rect, double radius, const QColor& fill, const QColor& outline, double width = 0);

// Lines at 45°, `gap` apart, clipped to the path.
void hatch(QPainter& painter, const QPainterPath& path, const QColor& colour, double gap, double width);

void chevron(QPainter& painter, const QRectF& rect, const QColor& colour, Qt::ArrowType direction, double width = 1.5);
void dots(QPainter& painter, const QRectF& rect, const QColor& colour, bool vertical);  // a splitter's five

// Glyph of a tier about `centre`, `size` wide. With an outline colour it can be told from a selection behind it.
void tier(QPainter& painter, QPointF centre, double size, const TierLook& look, const QColor& outline = {});
void state(QPainter& painter, const QRectF& rect, StateMark mark, const Theme& theme);
[[nodiscard]] QColor stateColour(StateMark mark, const Theme& theme);

struct BadgeColours {
  QColor fill, text, outline;
};
[[nodiscard]] BadgeColours badgeColours(BadgeTone tone, const Theme& theme);
// A badge at the left of `box`, vertically centred; returns the width used.
double badge(QPainter& painter, const QRectF& box, BadgeTone tone, const QString& text, const QString& icon, const Theme& theme);
[[nodiscard]] double badgeWidth(const QString& text, const QString& icon);

}  // namespace signalbox::ui::paint
