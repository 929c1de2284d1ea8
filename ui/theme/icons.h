// SPDX-License-Identifier: GPL-3.0-only
// The console's own icons, tinted when they are painted: text2, text when chosen, disabled when not. Names are those of
// resources/icons. Follows theme changes by itself.
#pragma once
#include <QIcon>
#include <QString>

class QPainter;
class QRectF;

namespace signalbox::ui {

[[nodiscard]] QIcon icon(const QString& name);
[[nodiscard]] QIcon icon(const QString& name, const QColor& colour);  // always in that colour
[[nodiscard]] QPixmap iconPixmap(const QString& name, const QColor& colour, const QSize& logical, double ratio);
void paintIcon(QPainter& painter, const QRectF& rect, const QString& name, const QColor& colour);

}  // namespace signalbox::ui
