// SPDX-License-Identifier: GPL-3.0-only
// Colour arithmetic: WCAG 2 contrast and mixing in CIE Lab (D65). Pure.
#pragma once
#include <QColor>

namespace signalbox::ui {

[[nodiscard]] double luminance(const QColor& colour);                          // WCAG 2 relative luminance, 0..1
[[nodiscard]] double contrast(const QColor& a, const QColor& b);               // 1..21
[[nodiscard]] QColor mixLab(const QColor& a, const QColor& b, double share);   // share of b, 0..1
[[nodiscard]] QColor withAlpha(QColor colour, double alpha);
[[nodiscard]] QColor over(const QColor& top, const QColor& bottom);            // what a translucent colour looks like there

}  // namespace signalbox::ui
