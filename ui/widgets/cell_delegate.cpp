// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/cell_delegate.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QHeaderView>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QTableView>
#include <QToolTip>

#include "theme/cells.h"
#include "theme/figures.h"
#include "theme/metrics.h"
#include "widgets/cell_painter.h"

namespace signalbox::ui {

CellDelegate::CellDelegate(QObject* parent) : QStyledItemDelegate(parent) {}

void CellDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QStyleOptionViewItem item = option;
  initStyleOption(&item, index);
  const QWidget* view = option.widget;
  QStyle* style = view != nullptr ? view->style() : QApplication::style();
  style->drawPrimitive(QStyle::PE_PanelItemViewItem, &item, painter, view);
  painter->save();
  painter->setClipRect(option.rect);
  CellPainter cell(*painter, item, themeOf(view), metricsOf(view));
  if (!cell.paint(index.data(kCellRole))) cell.paintText(item.text, item.displayAlignment);
  painter->restore();
}

QSize CellDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const Metrics m = metricsOf(option.widget);
  const double wide = CellPainter::width(index.data(kCellRole), index.data(Qt::DisplayRole).toString(), m);
  return {qRound(wide) + 4 * m.u, m.rowDense()};
}

bool CellDelegate::helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option, const QModelIndex& index) {
  if (event->type() != QEvent::ToolTip || !index.isValid()) return QStyledItemDelegate::helpEvent(event, view, option, index);
  const QString given = index.data(Qt::ToolTipRole).toString();
  const QString text = index.data(Qt::DisplayRole).toString();
  // A tooltip only when something was cut, or when the model has more to say.
  const bool cut = CellPainter::width(index.data(kCellRole), text, metricsOf(view)) > option.rect.width() - 3 * metricsOf(view).u;
  if (!given.isEmpty() || cut) QToolTip::showText(event->globalPos(), given.isEmpty() ? text : given, view);
  else QToolTip::hideText();
  return true;
}

bool CellDelegate::editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option, const QModelIndex& index) {
  const QVariant cell = index.data(kCellRole);
  if (event->type() == QEvent::MouseButtonRelease && cell.canConvert<LinkCell>()) {
    const auto* mouse = static_cast<QMouseEvent*>(event);
    const int link = mouse->button() == Qt::LeftButton ? CellPainter::linkAt(cell.value<LinkCell>(), option, mouse->position()) : -1;
    if (link >= 0) {
      Q_EMIT linkActivated(index, link);
      return true;
    }
  }
  return QStyledItemDelegate::editorEvent(event, model, option, index);
}

namespace {

// Row heights follow the application font.
class RowKeeper : public QObject {
 public:
  RowKeeper(QTableView* view, bool comfortable) : QObject(view), view_(view), comfortable_(comfortable) {
    fit();
    view->installEventFilter(this);
  }
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (event->type() == QEvent::ApplicationFontChange || event->type() == QEvent::StyleChange) fit();
    return QObject::eventFilter(watched, event);
  }

 private:
  void fit() {
    const Metrics m = metricsOf(view_);
    view_->verticalHeader()->setMinimumSectionSize(m.rowDense());
    view_->verticalHeader()->setDefaultSectionSize(comfortable_ ? m.rowComfortable() : m.rowDense());
    view_->horizontalHeader()->setFixedHeight(m.tableHeader());
    view_->horizontalHeader()->setMinimumSectionSize(6 * m.u);
  }
  QTableView* view_;
  bool comfortable_;
};

}  // namespace

CellDelegate* dressTable(QTableView* view, bool comfortable) {
  auto* delegate = new CellDelegate(view);
  view->setItemDelegate(delegate);
  view->setShowGrid(false);
  view->setAlternatingRowColors(true);
  view->setWordWrap(false);
  view->setTabKeyNavigation(false);
  view->setCornerButtonEnabled(false);
  view->setFrameShape(QFrame::NoFrame);
  view->setSelectionBehavior(QAbstractItemView::SelectRows);
  view->setSelectionMode(QAbstractItemView::SingleSelection);
  view->setEditTriggers(QAbstractItemView::NoEditTriggers);
  view->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  view->verticalHeader()->hide();
  view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  view->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  view->horizontalHeader()->setHighlightSections(false);
  view->horizontalHeader()->setSectionsMovable(true);
  view->horizontalHeader()->setStretchLastSection(true);
  new RowKeeper(view, comfortable);
  return delegate;
}

}  // namespace signalbox::ui
