// SPDX-License-Identifier: GPL-3.0-only
#include "theme/style.h"

#include <QApplication>
#include <QPainter>
#include <QWidget>

namespace signalbox::ui {

SignalboxStyle::SignalboxStyle(const Theme& theme)
    : QProxyStyle(QStringLiteral("Fusion")), theme_(theme), metrics_(Metrics::of(QApplication::font())) {}

void SignalboxStyle::refreshMetrics() { metrics_ = Metrics::of(QApplication::font()); }

void SignalboxStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const {
  if (drawInputPrimitive(element, option, *painter, widget) || drawChromePrimitive(element, option, *painter, widget)) return;
  QProxyStyle::drawPrimitive(element, option, painter, widget);
}

void SignalboxStyle::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const {
  if (drawInputControl(element, option, *painter, widget) || drawChromeControl(element, option, *painter, widget)) return;
  QProxyStyle::drawControl(element, option, painter, widget);
}

void SignalboxStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter, const QWidget* widget) const {
  switch (control) {
    case CC_SpinBox: return drawSpinBox(option, *painter, widget);
    case CC_ComboBox: return drawCombo(option, *painter, widget);
    case CC_Slider: return drawSlider(option, *painter);
    case CC_ScrollBar: return drawScrollBar(option, *painter);
    default: QProxyStyle::drawComplexControl(control, option, painter, widget);
  }
}

const Theme& themeOf(const QWidget* widget) {
  const QStyle* style = widget != nullptr ? widget->style() : QApplication::style();
  if (const auto* ours = qobject_cast<const SignalboxStyle*>(style)) return ours->theme();
  static const Theme light = Theme::light(), dark = Theme::darkTheme();
  return QApplication::palette().color(QPalette::Window).lightnessF() < 0.5F ? dark : light;
}

}  // namespace signalbox::ui
