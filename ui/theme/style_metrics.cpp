// SPDX-License-Identifier: GPL-3.0-only
// Sizes, hints and places, all from h and u.
#include <QAbstractScrollArea>
#include <QComboBox>
#include <QMenu>
#include <QPushButton>
#include <QStyleOption>

#include "theme/icons.h"
#include "theme/style.h"

namespace signalbox::ui {

int SignalboxStyle::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const {
  const int u = metrics_.u;
  switch (metric) {
    case PM_SplitterWidth:
    case PM_DockWidgetSeparatorExtent: return metrics_.splitter();
    case PM_DockWidgetFrameWidth:
    case PM_DockWidgetTitleMargin:
    case PM_DockWidgetTitleBarButtonMargin:
    case PM_ToolBarFrameWidth:
    case PM_ToolBarItemMargin:
    case PM_MenuBarPanelWidth:
    case PM_MenuPanelWidth:
    case PM_TabBarBaseHeight:
    case PM_TabBarBaseOverlap:
    case PM_TabBarTabShiftVertical:
    case PM_TabBarTabShiftHorizontal:
    case PM_TabBarTabOverlap:
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
    case PM_ButtonDefaultIndicator:
    case PM_ToolBarHandleExtent:
    case PM_MenuBarVMargin: return 0;
    case PM_ToolBarItemSpacing: return u;
    case PM_MenuBarHMargin: return 3 * u / 2;
    case PM_MenuHMargin:
    case PM_MenuVMargin: return 1;
    case PM_MenuBarItemSpacing: return 0;
    case PM_DefaultFrameWidth: return 1;
    case PM_ScrollBarExtent: return 7 * u / 2;
    case PM_ScrollBarSliderMin: return 6 * u;
    case PM_SliderThickness: return 18 * u / 4 + 2;
    case PM_SliderLength: return 11 * u / 4;
    case PM_SliderControlThickness: return 18 * u / 4;
    case PM_SmallIconSize:
    case PM_ButtonIconSize:
    case PM_ListViewIconSize:
    case PM_TabBarIconSize:
    case PM_ToolBarIconSize: return metrics_.icon();
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
    case PM_ExclusiveIndicatorWidth:
    case PM_ExclusiveIndicatorHeight: return qRound(metrics_.px(14));
    case PM_CheckBoxLabelSpacing:
    case PM_RadioButtonLabelSpacing: return 7 * u / 4;
    case PM_FocusFrameHMargin:
    case PM_FocusFrameVMargin: return 3;  // 2 px ring, 1 px gap
    case PM_LayoutHorizontalSpacing: return 2 * u;
    case PM_LayoutVerticalSpacing: return 2 * u;
    case PM_LayoutLeftMargin:
    case PM_LayoutRightMargin:
    case PM_LayoutTopMargin:
    case PM_LayoutBottomMargin: return 3 * u;
    case PM_HeaderMargin: return u;
    case PM_HeaderMarkSize: return 2 * u;
    case PM_TabBarTabHSpace: return 6 * u;
    case PM_TabBarTabVSpace: return 5 * u / 2;
    case PM_ToolTipLabelFrameWidth: return u;
    default: return QProxyStyle::pixelMetric(metric, option, widget);
  }
}

int SignalboxStyle::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget, QStyleHintReturn* data) const {
  switch (hint) {
    case SH_Widget_Animation_Duration:
    case SH_EtchDisabledText:
    case SH_DialogButtonBox_ButtonsHaveIcons:
    case SH_DitherDisabledText:
    case SH_ScrollBar_Transient:
    case SH_MenuBar_AltKeyNavigation: return hint == SH_MenuBar_AltKeyNavigation;
    case SH_FocusFrame_AboveWidget: return 1;
    case SH_FocusFrame_Mask: return 0;
    case SH_TabBar_Alignment: return Qt::AlignLeft;
    case SH_ScrollBar_LeftClickAbsolutePosition: return 0;
    case SH_Slider_AbsoluteSetButtons: return Qt::LeftButton;
    case SH_ToolTip_Mask: return 0;
    case SH_ComboBox_Popup: return 0;
    case SH_ItemView_ActivateItemOnSingleClick: return 0;
    case SH_UnderlineShortcut: return 1;
    case SH_MessageBox_TextInteractionFlags: return Qt::TextSelectableByMouse;
    default: return QProxyStyle::styleHint(hint, option, widget, data);
  }
}

namespace {

QSize pushSize(const QStyleOptionButton* button, const QSize& contents, const QWidget* widget, const Metrics& m) {
  const QString kind = widget != nullptr ? widget->property("kind").toString() : QString();
  const bool small = widget != nullptr && widget->property("small").toBool();
  int width = contents.width();
  if (button != nullptr && !button->text.isEmpty()) {
    QFont font = widget != nullptr ? widget->font() : typeFont(Type::Body);
    font.setBold(font.bold() || kind == QStringLiteral("primary") || kind == QStringLiteral("proposal"));
    width = QFontMetrics(font).size(Qt::TextShowMnemonic, button->text).width();
    if (!button->icon.isNull()) width += m.icon() + m.u;
    if (button->features & QStyleOptionButton::HasMenu) width += m.icon();
  }
  const int side = small ? 4 * m.u : kind == QStringLiteral("flat") ? 7 * m.u / 2 : 6 * m.u;
  return {width + side + 2, small ? m.smallControl() : m.control()};
}

}  // namespace

QSize SignalboxStyle::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size, const QWidget* widget) const {
  const Metrics& m = metrics_;
  switch (type) {
    case CT_PushButton: return pushSize(qstyleoption_cast<const QStyleOptionButton*>(option), size, widget, m);
    case CT_LineEdit: return {size.width() + 4 * m.u, m.control()};
    case CT_SpinBox: return {size.width() + 6 * m.u, m.control()};
    case CT_ComboBox: return {size.width() + 8 * m.u, widget != nullptr && widget->property("small").toBool() ? m.smallControl() : m.control()};
    case CT_CheckBox:
    case CT_RadioButton: {
      QSize s = QProxyStyle::sizeFromContents(type, option, size, widget);
      return {s.width() + m.u, qMax(s.height(), m.h + m.u)};
    }
    case CT_MenuBarItem: return {size.width() + 9 * m.u / 2, m.h + 2 * m.u};
    case CT_MenuItem: {
      const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option);
      if (item != nullptr && item->menuItemType == QStyleOptionMenuItem::Separator) return {size.width(), 2 * m.u + 1};
      const bool shortcut = item != nullptr && item->text.contains(QLatin1Char('\t'));
      const int tab = item != nullptr ? item->reservedShortcutWidth : 0;
      return {size.width() + (shortcut ? qMax(0, tab) + 6 * m.u : 0) + m.icon() + 11 * m.u, m.h + 2 * m.u};
    }
    case CT_TabBarTab: {
      const auto* tab = qstyleoption_cast<const QStyleOptionTab*>(option);
      QFont font = widget != nullptr ? widget->font() : typeFont(Type::Body);
      font.setBold(true);  // so that choosing a tab moves no other
      const int text = tab != nullptr ? QFontMetrics(font).size(Qt::TextShowMnemonic, tab->text).width() : size.width();
      const int extra = tab != nullptr && !tab->icon.isNull() ? m.icon() + m.u : 0;
      return {text + extra + 6 * m.u, m.panelHeader()};
    }
    case CT_HeaderSection: return {QProxyStyle::sizeFromContents(type, option, size, widget).width() + 3 * m.u, m.tableHeader()};
    case CT_ToolButton: return {size.width() + 2 * m.u, qMax(size.height() + m.u, m.smallControl() + m.u / 2)};
    case CT_ProgressBar: return {size.width(), 3 * m.u / 2};
    case CT_ItemViewItem: {
      const QSize s = QProxyStyle::sizeFromContents(type, option, size, widget);
      return {s.width(), qMax(s.height(), m.rowDense())};
    }
    default: return QProxyStyle::sizeFromContents(type, option, size, widget);
  }
}

QRect SignalboxStyle::subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl sub, const QWidget* widget) const {
  const Metrics& m = metrics_;
  const QRect r = option->rect;
  if (control == CC_SpinBox) {
    const auto* spin = qstyleoption_cast<const QStyleOptionSpinBox*>(option);
    const int arrows = spin != nullptr && spin->buttonSymbols == QAbstractSpinBox::NoButtons ? 0 : 4 * m.u;
    QRect part = r;
    if (sub == SC_SpinBoxUp) part = {r.right() + 1 - arrows - 1, r.top() + 1, arrows, r.height() / 2 - 1};
    else if (sub == SC_SpinBoxDown) part = {r.right() + 1 - arrows - 1, r.top() + r.height() / 2, arrows, r.height() - r.height() / 2 - 1};
    else if (sub == SC_SpinBoxEditField) part = r.adjusted(3 * m.u / 2, 1, -arrows - 1, -1);
    return visualRect(option->direction, r, part);
  }
  if (control == CC_ComboBox) {
    const int arrow = 5 * m.u;
    QRect part = r;
    if (sub == SC_ComboBoxArrow) part = {r.right() + 1 - arrow, r.top(), arrow, r.height()};
    else if (sub == SC_ComboBoxEditField) part = r.adjusted(2 * m.u, 1, -arrow, -1);
    else if (sub == SC_ComboBoxListBoxPopup) return r;
    return visualRect(option->direction, r, part);
  }
  if (control == CC_ScrollBar) {
    const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option);
    if (bar == nullptr) return r;
    const bool lying = bar->orientation == Qt::Horizontal;
    const int length = lying ? r.width() : r.height();
    const qint64 span = qint64(bar->maximum) - bar->minimum;
    int handle = length;
    if (span > 0) handle = qBound(qMin(6 * m.u, length), int(qint64(bar->pageStep) * length / (span + bar->pageStep)), length);
    const int start = sliderPositionFromValue(bar->minimum, bar->maximum, bar->sliderPosition, length - handle, bar->upsideDown);
    QRect part;
    const auto along = [&](int from, int size) { return lying ? QRect(r.left() + from, r.top(), size, r.height()) : QRect(r.left(), r.top() + from, r.width(), size); };
    if (sub == SC_ScrollBarSlider) part = along(start, handle);
    else if (sub == SC_ScrollBarGroove) part = r;
    else if (sub == SC_ScrollBarSubPage) part = along(0, start);
    else if (sub == SC_ScrollBarAddPage) part = along(start + handle, length - start - handle);
    return lying ? visualRect(option->direction, r, part) : part;
  }
  return QProxyStyle::subControlRect(control, option, sub, widget);
}

QRect SignalboxStyle::subElementRect(SubElement element, const QStyleOption* option, const QWidget* widget) const {
  switch (element) {
    case SE_ProgressBarGroove:
    case SE_ProgressBarContents: {
      QRect bar = option->rect;
      bar.setHeight(qMin(bar.height(), 3 * metrics_.u / 2));
      bar.moveCenter(option->rect.center());
      return bar;
    }
    case SE_LineEditContents: {
      const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
      return frame != nullptr && frame->lineWidth > 0 ? option->rect.adjusted(3 * metrics_.u / 2, 1, -metrics_.u, -1) : option->rect;
    }
    case SE_PushButtonFocusRect: return option->rect;
    default: return QProxyStyle::subElementRect(element, option, widget);
  }
}

QIcon SignalboxStyle::standardIcon(StandardPixmap which, const QStyleOption* option, const QWidget* widget) const {
  switch (which) {
    case SP_MessageBoxInformation: return icon(QStringLiteral("info"), theme_.info);
    case SP_MessageBoxWarning: return icon(QStringLiteral("warn"), theme_.warn);
    case SP_MessageBoxCritical: return icon(QStringLiteral("error"), theme_.bad);
    case SP_MessageBoxQuestion: return icon(QStringLiteral("help"), theme_.info);
    case SP_TitleBarCloseButton:
    case SP_DockWidgetCloseButton:
    case SP_LineEditClearButton: return icon(QStringLiteral("close"));
    case SP_TitleBarNormalButton: return icon(QStringLiteral("float"));
    case SP_ToolBarHorizontalExtensionButton:
    case SP_ToolBarVerticalExtensionButton: return icon(QStringLiteral("more"));
    case SP_ArrowBack: return icon(QStringLiteral("left"));
    case SP_ArrowForward: return icon(QStringLiteral("right"));
    default: return QProxyStyle::standardIcon(which, option, widget);
  }
}

void SignalboxStyle::polish(QWidget* widget) {
  QProxyStyle::polish(widget);
  if (qobject_cast<QAbstractButton*>(widget) != nullptr || qobject_cast<QComboBox*>(widget) != nullptr) widget->setAttribute(Qt::WA_Hover);
}

}  // namespace signalbox::ui
