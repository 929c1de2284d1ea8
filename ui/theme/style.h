// SPDX-License-Identifier: GPL-3.0-only
// Fusion with flat faces, hairlines and our measures. Owns the Theme and the Metrics in force; QApplication owns the style.
// Button kinds are the dynamic property `kind` (primary, proposal, danger, flat), small ones the property `small`; a spin box
// or edit that holds a proposal has `kind` = proposal. No style sheets anywhere.
#pragma once
#include <QProxyStyle>

#include "theme/metrics.h"
#include "theme/theme.h"

namespace signalbox::ui {

class SignalboxStyle : public QProxyStyle {
  Q_OBJECT
 public:
  explicit SignalboxStyle(const Theme& theme);

  [[nodiscard]] const Theme& theme() const { return theme_; }
  [[nodiscard]] const Metrics& metrics() const { return metrics_; }
  void setTheme(const Theme& theme) { theme_ = theme; }
  void refreshMetrics();  // after the application font has changed

  void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const override;
  void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const override;
  void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter, const QWidget* widget) const override;
  [[nodiscard]] int pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const override;
  int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget, QStyleHintReturn* data) const override;
  [[nodiscard]] QSize sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size, const QWidget* widget) const override;
  [[nodiscard]] QRect subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl sub, const QWidget* widget) const override;
  [[nodiscard]] QRect subElementRect(SubElement element, const QStyleOption* option, const QWidget* widget) const override;
  [[nodiscard]] QIcon standardIcon(StandardPixmap which, const QStyleOption* option, const QWidget* widget) const override;
  using QProxyStyle::polish;
  void polish(QWidget* widget) override;

 private:
  // style_controls.cpp: what takes input
  bool drawInputPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter& painter, const QWidget* widget) const;
  bool drawInputControl(ControlElement element, const QStyleOption* option, QPainter& painter, const QWidget* widget) const;
  void drawPushLabel(const QStyleOption* option, QPainter& painter, const QWidget* widget) const;
  void drawProgress(const QStyleOption* option, QPainter& painter, const QColor& colour) const;
  void drawCheckLabel(const QStyleOption* option, QPainter& painter) const;
  // style_complex.cpp: spin boxes, combos, sliders, scroll bars
  void drawSpinBox(const QStyleOptionComplex* option, QPainter& painter, const QWidget* widget) const;
  void drawCombo(const QStyleOptionComplex* option, QPainter& painter, const QWidget* widget) const;
  void drawSlider(const QStyleOptionComplex* option, QPainter& painter) const;
  void drawScrollBar(const QStyleOptionComplex* option, QPainter& painter) const;
  // style_chrome.cpp: what holds things together
  bool drawChromePrimitive(PrimitiveElement element, const QStyleOption* option, QPainter& painter, const QWidget* widget) const;
  bool drawChromeControl(ControlElement element, const QStyleOption* option, QPainter& painter, const QWidget* widget) const;
  void drawTab(const QStyleOption* option, QPainter& painter, bool label) const;
  void drawHeader(const QStyleOption* option, QPainter& painter, bool label) const;
  void drawMenuItem(const QStyleOption* option, QPainter& painter) const;
  void drawSplitter(const QRect& rect, QPainter& painter, bool vertical) const;

  Theme theme_;
  Metrics metrics_;
};

}  // namespace signalbox::ui
