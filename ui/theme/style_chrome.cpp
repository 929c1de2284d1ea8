// SPDX-License-Identifier: GPL-3.0-only
// Frames, tabs, headers, menus, tool bars, splitters, docks.
#include <QMainWindow>
#include <QPainter>
#include <QStyleOption>
#include <QTabBar>
#include <QWidget>

#include "theme/icons.h"
#include "theme/paint.h"
#include "theme/style.h"

namespace signalbox::ui {

bool SignalboxStyle::drawChromePrimitive(PrimitiveElement element, const QStyleOption* option, QPainter& painter, const QWidget* widget) const {
  const Theme& t = theme_;
  const QRectF r(option->rect);
  switch (element) {
    case PE_Frame:
    case PE_FrameDockWidget:
    case PE_FrameWindow: {
      const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
      if (frame == nullptr || frame->lineWidth > 0) paint::frame(painter, r, t.line);
      return true;
    }
    case PE_FrameMenu: paint::frame(painter, r, t.edge); return true;
    case PE_PanelMenu:
      paint::fill(painter, r, t.base);
      paint::frame(painter, r, t.edge);
      return true;
    case PE_PanelTipLabel:
      paint::fill(painter, r, t.head);
      paint::frame(painter, r, t.edge);
      return true;
    case PE_FrameGroupBox: paint::hLine(painter, r.left(), r.right(), r.top(), t.line); return true;
    case PE_FrameTabWidget:
    case PE_FrameStatusBarItem:
    case PE_PanelToolBar:
    case PE_IndicatorToolBarHandle:
    case PE_IndicatorTabTear: return true;
    case PE_FrameTabBarBase:
      paint::hLine(painter, r.left(), r.right() + 1, r.bottom() - paint::hair(painter), t.line);
      return true;
    case PE_PanelStatusBar:
      paint::fill(painter, r, t.window);
      paint::hLine(painter, r.left(), r.right() + 1, r.top(), t.line);
      return true;
    case PE_IndicatorToolBarSeparator:
      paint::vLine(painter, r.center().x(), r.center().y() - metrics_.px(10), r.center().y() + metrics_.px(10), t.line);
      return true;
    case PE_IndicatorHeaderArrow: return true;  // drawn with the label
    case PE_IndicatorDockWidgetResizeHandle:
      drawSplitter(option->rect, painter, !(option->state & State_Horizontal));  // the reverse of what splitters mean by it
      return true;
    case PE_IndicatorBranch: {
      if (!(option->state & State_Children)) return true;
      const double side = metrics_.px(8);
      const bool reversed = option->direction == Qt::RightToLeft;
      paint::chevron(painter, QRectF(r.center().x() - side / 2, r.center().y() - side / 2, side, side), t.text3,
                     (option->state & State_Open) ? Qt::DownArrow : reversed ? Qt::LeftArrow : Qt::RightArrow, metrics_.px(1.4));
      return true;
    }
    case PE_PanelItemViewRow:
    case PE_PanelItemViewItem: {
      const auto* item = qstyleoption_cast<const QStyleOptionViewItem*>(option);
      if (item == nullptr) return false;
      if ((option->state & State_Selected) != 0) paint::fill(painter, r, t.select);
      else if (element == PE_PanelItemViewItem && item->backgroundBrush.style() != Qt::NoBrush) painter.fillRect(option->rect, item->backgroundBrush);
      else if (element == PE_PanelItemViewRow && (item->features & QStyleOptionViewItem::Alternate)) paint::fill(painter, r, t.alt);
      else if (element == PE_PanelItemViewItem && (option->state & State_MouseOver) && (option->state & State_Enabled) && widget != nullptr &&
               widget->property("hoverRows").toBool())
        paint::fill(painter, r, t.hover);
      return true;
    }
    default: return false;
  }
}

bool SignalboxStyle::drawChromeControl(ControlElement element, const QStyleOption* option, QPainter& painter, const QWidget* /*widget*/) const {
  const Theme& t = theme_;
  const QRectF r(option->rect);
  switch (element) {
    case CE_Splitter: drawSplitter(option->rect, painter, option->state & State_Horizontal); return true;
    case CE_TabBarTabShape: drawTab(option, painter, false); return true;
    case CE_TabBarTabLabel: drawTab(option, painter, true); return true;
    case CE_HeaderSection:
    case CE_HeaderEmptyArea: drawHeader(option, painter, false); return true;
    case CE_HeaderLabel: drawHeader(option, painter, true); return true;
    case CE_ToolBar:
    case CE_MenuBarEmptyArea:
      paint::fill(painter, r, t.window);
      if (element == CE_MenuBarEmptyArea) paint::hLine(painter, r.left(), r.right() + 1, r.bottom() - paint::hair(painter), t.line);
      return true;
    case CE_MenuBarItem: {
      const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option);
      if (item == nullptr) return false;
      paint::fill(painter, r, t.window);
      const bool open = option->state & State_Sunken, over = option->state & State_Selected;
      if (open || over) paint::box(painter, r.adjusted(1, 2, -1, -3), metrics_.radius(), open ? t.select : t.hover, {});
      paint::hLine(painter, r.left(), r.right() + 1, r.bottom() - paint::hair(painter), t.line);
      painter.setPen((option->state & State_Enabled) ? t.text : t.disabled);
      const int mnemonic = styleHint(SH_UnderlineShortcut, option, nullptr, nullptr) ? Qt::TextShowMnemonic : Qt::TextHideMnemonic;
      painter.drawText(option->rect, Qt::AlignCenter | Qt::TextSingleLine | mnemonic, item->text);
      return true;
    }
    case CE_MenuItem: drawMenuItem(option, painter); return true;
    case CE_MenuEmptyArea:
    case CE_MenuVMargin:
    case CE_MenuHMargin: paint::fill(painter, r, t.base); return true;
    case CE_DockWidgetTitle: {
      const auto* dock = qstyleoption_cast<const QStyleOptionDockWidget*>(option);
      if (dock == nullptr) return false;
      paint::fill(painter, r, t.head);
      paint::hLine(painter, r.left(), r.right() + 1, r.bottom() - paint::hair(painter), t.line);
      QFont font = painter.font();
      font.setBold(true);
      painter.setFont(font);
      painter.setPen(t.text);
      painter.drawText(option->rect.adjusted(5 * metrics_.u / 2, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, dock->title);
      return true;
    }
    default: return false;
  }
}

void SignalboxStyle::drawSplitter(const QRect& rect, QPainter& painter, bool vertical) const {
  const QRectF r(rect);
  const double w = metrics_.px(5);
  // `vertical`: the handle stands between a left and a right part.
  const QRectF body = vertical ? QRectF(r.center().x() - w / 2, r.top(), w, r.height()) : QRectF(r.left(), r.center().y() - w / 2, r.width(), w);
  paint::fill(painter, r, theme_.base);
  paint::fill(painter, body, theme_.window);
  if (vertical) {
    paint::vLine(painter, body.left(), body.top(), body.bottom(), theme_.line);
    paint::vLine(painter, body.right() - paint::hair(painter), body.top(), body.bottom(), theme_.line);
  } else {
    paint::hLine(painter, body.left(), body.right(), body.top(), theme_.line);
    paint::hLine(painter, body.left(), body.right(), body.bottom() - paint::hair(painter), theme_.line);
  }
  paint::dots(painter, body, theme_.edge, vertical);
}

void SignalboxStyle::drawTab(const QStyleOption* option, QPainter& painter, bool label) const {
  const auto* tab = qstyleoption_cast<const QStyleOptionTab*>(option);
  if (tab == nullptr) return;
  const Theme& t = theme_;
  const bool chosen = option->state & State_Selected;
  const QRectF r(option->rect);
  const double line = paint::hair(painter);
  if (!label) {
    if (!chosen) {
      if (option->state & State_MouseOver) paint::fill(painter, r.adjusted(0, metrics_.u / 2.0, 0, -line), t.hover);
      return;
    }
    paint::fill(painter, r, t.base);
    paint::vLine(painter, r.left(), r.top(), r.bottom(), t.line);
    paint::vLine(painter, r.right() - line, r.top(), r.bottom(), t.line);
    paint::fill(painter, QRectF(r.left(), r.top(), r.width(), metrics_.px(2)), t.accent);
    return;
  }
  painter.save();
  QFont font = painter.font();
  font.setBold(chosen);
  painter.setFont(font);
  painter.setPen(!(option->state & State_Enabled) ? t.disabled : chosen ? t.text : t.text2);
  QRect words = option->rect;
  if (!tab->icon.isNull()) {
    const int side = metrics_.icon();
    const QRect at(words.left() + 2 * metrics_.u, words.center().y() - side / 2, side, side);
    tab->icon.paint(&painter, at, Qt::AlignCenter, (option->state & State_Enabled) ? QIcon::Normal : QIcon::Disabled, chosen ? QIcon::On : QIcon::Off);
    words.setLeft(at.right());
  }
  painter.drawText(words, Qt::AlignCenter | Qt::TextShowMnemonic | Qt::TextSingleLine, tab->text);
  painter.restore();
}

void SignalboxStyle::drawHeader(const QStyleOption* option, QPainter& painter, bool label) const {
  const Theme& t = theme_;
  const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option);
  const QRectF r(option->rect);
  const double line = paint::hair(painter);
  if (!label) {
    paint::fill(painter, r, t.head);
    paint::hLine(painter, r.left(), r.right() + 1, r.bottom() - line, t.line);
    if (header != nullptr && header->position != QStyleOptionHeader::End && header->position != QStyleOptionHeader::OnlyOneSection)
      paint::vLine(painter, r.right() - line, r.top(), r.bottom(), t.line);
    return;
  }
  if (header == nullptr) return;
  painter.save();
  QFont font = typeFont(Type::Body);
  font.setPointSizeF(font.pointSizeF() * 0.92);
  painter.setFont(font);
  painter.setPen(t.text2);
  QString text = header->text;
  if (header->sortIndicator == QStyleOptionHeader::SortDown) text += QStringLiteral(" ▴");
  if (header->sortIndicator == QStyleOptionHeader::SortUp) text += QStringLiteral(" ▾");
  const QRect words = option->rect.adjusted(7 * metrics_.u / 4, 0, -7 * metrics_.u / 4, 0);
  const Qt::Alignment alignment = (header->textAlignment & Qt::AlignHorizontal_Mask) | Qt::AlignVCenter;
  painter.drawText(words, int(visualAlignment(option->direction, alignment)) | Qt::TextSingleLine,
                   QFontMetrics(font).elidedText(text, Qt::ElideRight, words.width()));
  painter.restore();
}

void SignalboxStyle::drawMenuItem(const QStyleOption* option, QPainter& painter) const {
  const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option);
  if (item == nullptr) return;
  const Theme& t = theme_;
  const QRectF r(option->rect);
  paint::fill(painter, r, t.base);
  if (item->menuItemType == QStyleOptionMenuItem::Separator) {
    paint::hLine(painter, r.left() + metrics_.u, r.right() - metrics_.u, r.center().y(), t.line);
    if (!item->text.isEmpty()) {
      painter.setPen(t.text3);
      painter.drawText(option->rect.adjusted(2 * metrics_.u, 0, 0, 0), Qt::AlignVCenter, item->text);
    }
    return;
  }
  const bool enabled = option->state & State_Enabled;
  if ((option->state & State_Selected) && enabled) paint::fill(painter, r, t.select);
  const int side = metrics_.icon(), lead = side + 4 * metrics_.u;
  const auto place = [&](int left, int width) { return visualRect(option->direction, option->rect, QRect(option->rect.left() + left, option->rect.top(), width, option->rect.height())); };
  const QRect mark = place(2 * metrics_.u, side);
  if (item->checked) {
    paintIcon(painter, QRectF(mark.left(), mark.center().y() - side / 2.0 + 0.5, side, side), QStringLiteral("check"), enabled ? t.text : t.disabled);
  } else if (!item->icon.isNull()) {
    item->icon.paint(&painter, mark, Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled);
  }
  painter.setPen(enabled ? t.text : t.disabled);
  const QStringList parts = item->text.split(QLatin1Char('\t'));
  const int mnemonic = styleHint(SH_UnderlineShortcut, option, nullptr, nullptr) ? Qt::TextShowMnemonic : Qt::TextHideMnemonic;
  const QRect words = place(lead, option->rect.width() - lead - 2 * metrics_.u);
  painter.setFont(item->font);
  painter.drawText(words, int(visualAlignment(option->direction, Qt::AlignLeft | Qt::AlignVCenter)) | Qt::TextSingleLine | mnemonic, parts.value(0));
  if (parts.size() > 1) {
    painter.setPen(enabled ? t.text3 : t.disabled);
    painter.drawText(words.adjusted(0, 0, -2 * metrics_.u, 0), int(visualAlignment(option->direction, Qt::AlignRight | Qt::AlignVCenter)) | Qt::TextSingleLine, parts[1]);
  }
  if (item->menuItemType == QStyleOptionMenuItem::SubMenu) {
    const double c = metrics_.px(8);
    const QRect at = place(option->rect.width() - 4 * metrics_.u, 3 * metrics_.u);
    paint::chevron(painter, QRectF(at.center().x() - c / 2, at.center().y() - c / 2, c, c), enabled ? t.text3 : t.disabled,
                   option->direction == Qt::RightToLeft ? Qt::LeftArrow : Qt::RightArrow, metrics_.px(1.4));
  }
}

}  // namespace signalbox::ui
