// SPDX-License-Identifier: GPL-3.0-only
// Buttons, edits, check boxes, progress, the focus ring.
#include <QAbstractButton>
#include <QPainter>
#include <QStyleOption>
#include <QWidget>

#include "theme/icons.h"
#include "theme/paint.h"
#include "theme/style.h"

namespace signalbox::ui {
namespace {

enum class Kind { Plain, Primary, Proposal, Danger, Flat, Link };

Kind kindOf(const QWidget* widget) {
  const QString kind = widget != nullptr ? widget->property("kind").toString() : QString();
  if (kind == QStringLiteral("primary")) return Kind::Primary;
  if (kind == QStringLiteral("proposal")) return Kind::Proposal;
  if (kind == QStringLiteral("danger")) return Kind::Danger;
  if (kind == QStringLiteral("flat")) return Kind::Flat;
  if (kind == QStringLiteral("link")) return Kind::Link;
  return Kind::Plain;
}

struct ButtonColours {
  QColor fill, outline, text;
};

QColor pressedShade(const QColor& colour, const Theme& t) { return t.dark ? colour.lighter(118) : colour.darker(112); }

ButtonColours buttonColours(Kind kind, QStyle::State state, const Theme& t) {
  const bool enabled = state & QStyle::State_Enabled;
  const bool hover = enabled && (state & QStyle::State_MouseOver);
  const bool down = state & QStyle::State_Sunken;
  const bool bare = kind == Kind::Flat || kind == Kind::Link;
  if (!enabled) return {bare ? QColor() : t.window, bare ? QColor() : t.line, t.disabled};
  ButtonColours c{t.face, t.edge, t.text};
  switch (kind) {
    case Kind::Primary: c = {t.accent, t.accent, t.onAccent}; break;
    case Kind::Proposal: c = {t.draft, t.draft, t.onDraft}; break;
    case Kind::Danger: c = {t.base, t.bad, t.bad}; break;
    case Kind::Flat: c = {QColor(), QColor(), t.text2}; break;
    case Kind::Link: c = {QColor(), QColor(), t.accent}; break;
    case Kind::Plain: break;
  }
  const bool filled = kind == Kind::Primary || kind == Kind::Proposal;
  if (state & QStyle::State_On) c.fill = t.select;
  if (down) c.fill = filled ? pressedShade(c.fill, t) : t.line;
  else if (hover) c.fill = filled ? (t.dark ? c.fill.lighter(108) : c.fill.darker(106)) : t.hover;
  return c;
}

void drawCheck(QPainter& painter, const QRect& rect, QStyle::State state, const Theme& t, const Metrics& m) {
  const bool enabled = state & QStyle::State_Enabled;
  const bool on = state & QStyle::State_On, mixed = state & QStyle::State_NoChange;
  const QColor outline = !enabled ? t.line : on || mixed ? t.accent : t.edge;
  const QColor fill = !enabled ? t.window : on || mixed ? t.accent : (state & QStyle::State_MouseOver) ? t.hover : t.base;
  paint::box(painter, rect, m.px(2), fill, outline, m.px(1.2));
  const QColor mark = enabled ? t.onAccent : t.disabled;
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  const double s = rect.width() / 14.0;
  painter.translate(rect.topLeft());
  painter.setPen(QPen(mark, 1.7 * s, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  if (on) painter.drawPolyline(QPolygonF({QPointF(3.5, 7.2) * s, QPointF(5.9, 9.6) * s, QPointF(10.5, 4.6) * s}));
  if (mixed) painter.drawLine(QPointF(4, 7) * s, QPointF(10, 7) * s);
  painter.restore();
}

void drawRadio(QPainter& painter, const QRect& rect, QStyle::State state, const Theme& t, const Metrics& m) {
  const bool enabled = state & QStyle::State_Enabled, on = state & QStyle::State_On;
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  const QRectF r = QRectF(rect).adjusted(1, 1, -1, -1);
  painter.setPen(QPen(!enabled ? t.line : on ? t.accent : t.edge, m.px(1.2)));
  painter.setBrush(enabled ? t.base : t.window);
  painter.drawEllipse(r);
  painter.setPen(Qt::NoPen);
  painter.setBrush(enabled ? t.accent : t.disabled);
  if (on) painter.drawEllipse(r.center(), r.width() * 0.26, r.width() * 0.26);
  painter.restore();
}

void drawField(QPainter& painter, const QRect& rect, const QStyleOption* option, const QWidget* widget, const Theme& t, const Metrics& m) {
  const bool enabled = option->state & QStyle::State_Enabled;
  const bool proposal = kindOf(widget) == Kind::Proposal;
  paint::box(painter, rect, m.radius(), enabled ? t.base : t.window, !enabled ? t.line : proposal ? t.draft : t.edge);
}

}  // namespace

bool SignalboxStyle::drawInputPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter& painter, const QWidget* widget) const {
  const Theme& t = theme_;
  switch (element) {
    case PE_PanelButtonCommand: {
      const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
      Kind kind = kindOf(widget);
      if (kind == Kind::Plain && button != nullptr && (button->features & QStyleOptionButton::Flat)) kind = Kind::Flat;
      const ButtonColours c = buttonColours(kind, option->state, t);
      paint::box(painter, option->rect, metrics_.radius(), c.fill, c.outline);
      return true;
    }
    case PE_PanelButtonTool:
    case PE_IndicatorButtonDropDown: {
      const bool enabled = option->state & State_Enabled;
      QColor fill;
      if (option->state & State_Sunken) fill = t.line;
      else if (option->state & State_On) fill = t.select;
      else if (enabled && (option->state & State_MouseOver)) fill = t.hover;
      const QColor outline = (option->state & State_AutoRaise) ? QColor() : enabled ? t.edge : t.line;
      if (!(option->state & State_AutoRaise) && !fill.isValid()) fill = t.face;
      paint::box(painter, option->rect, metrics_.radius(), fill, outline);
      return true;
    }
    case PE_PanelLineEdit:
      if (const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option); frame != nullptr && frame->lineWidth > 0)
        drawField(painter, option->rect, option, widget, t, metrics_);
      return true;
    case PE_FrameLineEdit: drawField(painter, option->rect, option, widget, t, metrics_); return true;
    case PE_FrameDefaultButton:
    case PE_FrameFocusRect:
    case PE_FrameButtonBevel: return true;
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck: drawCheck(painter, option->rect, option->state, t, metrics_); return true;
    case PE_IndicatorRadioButton: drawRadio(painter, option->rect, option->state, t, metrics_); return true;
    case PE_IndicatorArrowDown:
    case PE_IndicatorArrowUp:
    case PE_IndicatorArrowLeft:
    case PE_IndicatorArrowRight: {
      const Qt::ArrowType way = element == PE_IndicatorArrowDown   ? Qt::DownArrow
                                : element == PE_IndicatorArrowUp   ? Qt::UpArrow
                                : element == PE_IndicatorArrowLeft ? Qt::LeftArrow
                                                                   : Qt::RightArrow;
      const double side = metrics_.px(8);
      const QPointF c = QRectF(option->rect).center();
      paint::chevron(painter, QRectF(c.x() - side / 2, c.y() - side / 2, side, side),
                     (option->state & State_Enabled) ? t.text3 : t.disabled, way, metrics_.px(1.4));
      return true;
    }
    default: return false;
  }
}

bool SignalboxStyle::drawInputControl(ControlElement element, const QStyleOption* option, QPainter& painter, const QWidget* widget) const {
  switch (element) {
    case CE_PushButtonLabel: drawPushLabel(option, painter, widget); return true;
    case CE_ProgressBarGroove: {
      paint::box(painter, subElementRect(SE_ProgressBarGroove, option, widget), metrics_.px(1), theme_.head, theme_.line);
      return true;
    }
    case CE_ProgressBarContents: drawProgress(option, painter, kindOf(widget) == Kind::Proposal ? theme_.draft : theme_.accent); return true;
    case CE_ProgressBarLabel: return true;
    case CE_CheckBoxLabel:
    case CE_RadioButtonLabel: drawCheckLabel(option, painter); return true;
    case CE_FocusFrame: {
      painter.save();
      painter.setRenderHint(QPainter::Antialiasing);
      painter.setPen(QPen(theme_.focus, 2));
      painter.setBrush(Qt::NoBrush);
      painter.drawRoundedRect(QRectF(option->rect).adjusted(1, 1, -1, -1), metrics_.radius() + 2, metrics_.radius() + 2);
      painter.restore();
      return true;
    }
    default: return false;
  }
}

void SignalboxStyle::drawPushLabel(const QStyleOption* option, QPainter& painter, const QWidget* widget) const {
  const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
  if (button == nullptr) return;
  Kind kind = kindOf(widget);
  if (kind == Kind::Plain && (button->features & QStyleOptionButton::Flat)) kind = Kind::Flat;
  const ButtonColours c = buttonColours(kind, option->state, theme_);
  painter.save();
  QFont font = painter.font();
  font.setBold(font.bold() || kind == Kind::Primary || kind == Kind::Proposal);
  painter.setFont(font);
  painter.setPen(c.text);
  const QFontMetrics fm(font);
  const int iconSide = button->icon.isNull() ? 0 : metrics_.icon() - metrics_.u / 2;
  const int space = iconSide > 0 && !button->text.isEmpty() ? 3 * metrics_.u / 2 : 0;
  const int arrow = (button->features & QStyleOptionButton::HasMenu) ? metrics_.icon() : 0;
  const int textWidth = button->text.isEmpty() ? 0 : fm.size(Qt::TextShowMnemonic, button->text).width();
  const int total = iconSide + space + textWidth + arrow;
  QRect inner = option->rect.adjusted(metrics_.u, 0, -metrics_.u, 0);
  int x = inner.left() + qMax(0, (inner.width() - total) / 2);
  const bool reversed = option->direction == Qt::RightToLeft;
  const auto place = [&](int left, int width) {
    const QRect r(left, inner.top(), width, inner.height());
    return reversed ? visualRect(option->direction, option->rect, r) : r;
  };
  if (iconSide > 0) {
    const QRect r = place(x, iconSide);
    paintIcon(painter, QRectF(r.left(), r.center().y() - iconSide / 2.0 + 0.5, iconSide, iconSide), button->icon.name(), c.text);
    if (button->icon.name().isEmpty())
      button->icon.paint(&painter, r, Qt::AlignCenter, (option->state & State_Enabled) ? QIcon::Normal : QIcon::Disabled);
    x += iconSide + space;
  }
  const int room = qMin(textWidth + 1, inner.right() - x - arrow + 1);
  const bool underline = styleHint(SH_UnderlineShortcut, option, widget, nullptr) != 0;
  painter.drawText(place(x, room), Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine | (underline ? Qt::TextShowMnemonic : Qt::TextHideMnemonic),
                   textWidth > room ? fm.elidedText(button->text, Qt::ElideRight, room, Qt::TextShowMnemonic) : button->text);
  if (arrow > 0) {
    const double side = metrics_.px(8);
    const QRect r = place(x + room, arrow);
    paint::chevron(painter, QRectF(r.right() - side, r.center().y() - side / 2, side, side), c.text, Qt::DownArrow, metrics_.px(1.4));
  }
  painter.restore();
}

void SignalboxStyle::drawProgress(const QStyleOption* option, QPainter& painter, const QColor& colour) const {
  const auto* bar = qstyleoption_cast<const QStyleOptionProgressBar*>(option);
  if (bar == nullptr || bar->maximum <= bar->minimum) return;  // never an endless animation
  const double share = double(bar->progress - bar->minimum) / (double(bar->maximum) - bar->minimum);
  QRectF r(subElementRect(SE_ProgressBarContents, option, nullptr));
  r.setWidth(r.width() * qBound(0.0, share, 1.0));
  if (option->direction == Qt::RightToLeft) r.moveRight(option->rect.right() + 1);
  paint::fill(painter, r, (option->state & State_Enabled) ? colour : theme_.disabled);
}

void SignalboxStyle::drawCheckLabel(const QStyleOption* option, QPainter& painter) const {
  const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
  if (button == nullptr) return;
  painter.setPen((option->state & State_Enabled) ? theme_.text : theme_.disabled);
  painter.drawText(option->rect, int(visualAlignment(option->direction, Qt::AlignLeft | Qt::AlignVCenter)) | Qt::TextShowMnemonic, button->text);
}

}  // namespace signalbox::ui
