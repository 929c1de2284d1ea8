// SPDX-License-Identifier: GPL-3.0-only
// Spin boxes, combo boxes, sliders and scroll bars, which Fusion draws by itself.
#include <QPainter>
#include <QStyleOption>
#include <QWidget>

#include "theme/paint.h"
#include "theme/style.h"

namespace signalbox::ui {
namespace {

QColor fieldOutline(const QStyleOption* option, const QWidget* widget, const Theme& t) {
  if (!(option->state & QStyle::State_Enabled)) return t.line;
  return widget != nullptr && widget->property("kind").toString() == QStringLiteral("proposal") ? t.draft : t.edge;
}

}  // namespace

void SignalboxStyle::drawSpinBox(const QStyleOptionComplex* option, QPainter& painter, const QWidget* widget) const {
  const auto* spin = qstyleoption_cast<const QStyleOptionSpinBox*>(option);
  if (spin == nullptr) return;
  const Theme& t = theme_;
  const bool enabled = option->state & State_Enabled;
  if (spin->frame) paint::box(painter, option->rect, metrics_.radius(), enabled ? t.base : t.window, fieldOutline(option, widget, t));
  if (spin->buttonSymbols == QAbstractSpinBox::NoButtons) return;
  for (const auto which : {SC_SpinBoxUp, SC_SpinBoxDown}) {
    const QRect r = subControlRect(CC_SpinBox, option, which, widget);
    const bool can = enabled && (spin->stepEnabled & (which == SC_SpinBoxUp ? QAbstractSpinBox::StepUpEnabled : QAbstractSpinBox::StepDownEnabled));
    const bool active = can && (option->activeSubControls & which);
    const bool hover = active && (option->state & State_MouseOver), down = active && (option->state & State_Sunken);
    if (hover || down) paint::fill(painter, QRectF(r).adjusted(0, 1, -1, -1), down ? t.line : t.hover);
    const double w = metrics_.px(6), y = which == SC_SpinBoxUp ? r.bottom() - metrics_.px(4) : r.top() + metrics_.px(4);
    paint::chevron(painter, QRectF(r.center().x() + 0.5 - w / 2, y - w / 2 + 0.5, w, w), can ? t.text3 : t.disabled,
                   which == SC_SpinBoxUp ? Qt::UpArrow : Qt::DownArrow, metrics_.px(1.2));
  }
}

void SignalboxStyle::drawCombo(const QStyleOptionComplex* option, QPainter& painter, const QWidget* widget) const {
  const auto* combo = qstyleoption_cast<const QStyleOptionComboBox*>(option);
  if (combo == nullptr) return;
  const Theme& t = theme_;
  const bool enabled = option->state & State_Enabled;
  const bool hover = enabled && (option->state & State_MouseOver) && !combo->editable;
  if (combo->frame) paint::box(painter, option->rect, metrics_.radius(), !enabled ? t.window : hover ? t.hover : t.base, fieldOutline(option, widget, t));
  const QRect arrow = subControlRect(CC_ComboBox, option, SC_ComboBoxArrow, widget);
  const double side = metrics_.px(8);
  paint::chevron(painter, QRectF(arrow.center().x() + 0.5 - side / 2, arrow.center().y() + 0.5 - side / 2, side, side), enabled ? t.text3 : t.disabled,
                 Qt::DownArrow, metrics_.px(1.4));
}

void SignalboxStyle::drawSlider(const QStyleOptionComplex* option, QPainter& painter) const {
  const auto* slider = qstyleoption_cast<const QStyleOptionSlider*>(option);
  if (slider == nullptr) return;
  const Theme& t = theme_;
  const bool enabled = option->state & State_Enabled;
  const QRectF groove = subControlRect(CC_Slider, option, SC_SliderGroove, nullptr);
  QRectF handle = subControlRect(CC_Slider, option, SC_SliderHandle, nullptr);
  const double thick = metrics_.px(4);
  const bool lying = slider->orientation == Qt::Horizontal;
  const QPointF middle = lying ? QPointF(handle.center().x(), QRectF(option->rect).center().y()) : QPointF(QRectF(option->rect).center().x(), handle.center().y());
  handle.setSize(lying ? QSizeF(metrics_.px(11), qMin(metrics_.px(18), double(option->rect.height()))) : QSizeF(qMin(metrics_.px(18), double(option->rect.width())), metrics_.px(11)));
  handle.moveCenter(middle);
  const QRectF track = lying ? QRectF(groove.left(), groove.center().y() - thick / 2, groove.width(), thick)
                             : QRectF(groove.center().x() - thick / 2, groove.top(), thick, groove.height());
  paint::fill(painter, track, t.line);
  QRectF done = track;
  if (lying) slider->upsideDown ? done.setLeft(handle.center().x()) : done.setRight(handle.center().x());
  else slider->upsideDown ? done.setTop(handle.center().y()) : done.setBottom(handle.center().y());
  paint::fill(painter, done, enabled ? t.accent : t.disabled);
  const QColor fill = !enabled ? t.window : (option->activeSubControls & SC_SliderHandle) && (option->state & State_Sunken) ? t.hover : t.base;
  paint::box(painter, handle, metrics_.px(2), fill, enabled ? t.edge : t.line, metrics_.px(1.5));
}

void SignalboxStyle::drawScrollBar(const QStyleOptionComplex* option, QPainter& painter) const {
  const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option);
  if (bar == nullptr) return;
  const Theme& t = theme_;
  paint::fill(painter, option->rect, t.window);
  const bool lying = bar->orientation == Qt::Horizontal;
  if (lying) paint::hLine(painter, option->rect.left(), option->rect.right() + 1, option->rect.top(), t.line);
  else paint::vLine(painter, option->direction == Qt::RightToLeft ? option->rect.right() : option->rect.left(), option->rect.top(), option->rect.bottom() + 1, t.line);
  if (bar->maximum <= bar->minimum) return;
  const QRectF handle = subControlRect(CC_ScrollBar, option, SC_ScrollBarSlider, nullptr);
  const double inset = metrics_.px(2.5);
  const QRectF r = lying ? handle.adjusted(1, inset + 1, -1, -inset) : handle.adjusted(inset + 1, 1, -inset, -1);
  const bool active = option->activeSubControls & SC_ScrollBarSlider;
  const QColor colour = active && (option->state & (State_Sunken | State_MouseOver)) ? t.text3 : t.edge;
  paint::box(painter, r, metrics_.radius(), (option->state & State_Enabled) ? colour : t.line, {});
}

}  // namespace signalbox::ui
