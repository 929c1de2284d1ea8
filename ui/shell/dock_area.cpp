// SPDX-License-Identifier: GPL-3.0-only
#include "shell/dock_area.h"

#include <QDockWidget>
#include <QLayout>
#include <QStackedWidget>
#include <QToolButton>

#include "theme/icons.h"
#include "theme/metrics.h"
#include "widgets/dock_content.h"
#include "widgets/dock_title.h"
#include "widgets/page.h"

namespace signalbox::ui {

DockArea::DockArea(QWidget* parent) : QMainWindow(parent), stack_(new QStackedWidget(this)) {
  setWindowFlags(Qt::Widget);
  setCentralWidget(stack_);
  setDockOptions(QMainWindow::AllowNestedDocks | QMainWindow::AllowTabbedDocks);
  setContextMenuPolicy(Qt::NoContextMenu);
}

void DockArea::addPage(Page* page) {
  stack_->addWidget(page);
  connect(page, &Page::dockRequested, this, &DockArea::openDock);
}

void DockArea::showPage(Page* page) {
  if (page == current_) return;
  switching_ = true;
  layout()->activate();  // widths are read below: of docks that were shown a moment ago too
  if (current_ != nullptr)
    for (DockContent* content : current_->docks())
      if (QDockWidget* dock = docks_.value(content)) {
        if (dock->isVisible() && !dock->isFloating()) widths_[content] = dock->width();
        dock->hide();
      }
  current_ = page;
  stack_->setCurrentWidget(page);
  QList<QDockWidget*> shown;
  QList<int> heights;
  for (DockContent* content : page->docks()) {
    QDockWidget* dock = dockFor(content);
    if (closed_.contains(content)) continue;
    dock->show();
    if (dock->isFloating()) continue;
    shown << dock;
    heights << (content->stretch() > 0 ? height() * content->stretch() : content->sizeHint().height() + metricsOf(this).dockTitle());
  }
  int fixed = 0;
  for (const int height : heights) fixed += height < this->height() ? height : 0;
  for (int& height : heights) height = height < this->height() ? height : qMax(1, this->height() - fixed);
  if (shown.size() > 1) resizeDocks(shown, heights, Qt::Vertical);  // those without a stretch are as high as they need
  fitWidth(shown, page->docks());
  switching_ = false;
  Q_EMIT docksChanged();
}

// The area keeps the width of whatever stood in it last: each content gets its own back.
void DockArea::fitWidth(const QList<QDockWidget*>& shown, const QList<DockContent*>& contents) {
  int width = 0;
  for (DockContent* content : contents) {
    const int own = content->widthHint() > 0 ? content->widthHint() : 70 * metricsOf(this).u;
    width = qMax(width, widths_.value(content, qMin(own, 33 * metricsOf(this).h)));
  }
  if (!shown.isEmpty() && width > 0) resizeDocks({shown.front()}, {width}, Qt::Horizontal);
}

void DockArea::openDock(DockContent* content) {
  closed_.remove(content);
  QDockWidget* dock = dockFor(content);
  const bool was_hidden = dock->isHidden();
  dock->show();
  dock->raise();
  if (was_hidden && !dock->isFloating()) fitWidth({dock}, {content});
}

QDockWidget* DockArea::dockFor(DockContent* content) {
  if (QDockWidget* known = docks_.value(content)) return known;
  auto* dock = new QDockWidget(content->title(), this);
  dock->setObjectName(QStringLiteral("dock.") + (content->objectName().isEmpty() ? content->title() : content->objectName()));
  dock->setAllowedAreas(Qt::RightDockWidgetArea | Qt::LeftDockWidgetArea);
  auto* title = new DockTitle(content->title(), dock);
  title->setNote(content->note());
  for (QAction* action : content->actions()) {
    if (action->icon().isNull()) continue;  // a key alone
    QToolButton* tool = title->addTool(QStringLiteral("more"), action->text());
    tool->setDefaultAction(action);
  }
  QToolButton* floating = title->addTool(QStringLiteral("float"), tr("Float or dock %1").arg(content->title()));
  QToolButton* close = title->addTool(QStringLiteral("close"), tr("Close %1").arg(content->title()));
  connect(floating, &QToolButton::clicked, dock, [dock] { dock->setFloating(!dock->isFloating()); });
  connect(close, &QToolButton::clicked, dock, &QDockWidget::close);
  connect(content, &DockContent::noteChanged, title, [title, content] { title->setNote(content->note()); });
  connect(content, &QWidget::windowTitleChanged, title, &DockTitle::setTitle);
  connect(dock, &QDockWidget::visibilityChanged, this, [this, content, dock](bool visible) {
    if (switching_ || !isVisible() || window()->isMinimized()) return;
    if (visible) closed_.remove(content);
    else if (dock->isHidden()) closed_.insert(content);
  });
  dock->setTitleBarWidget(title);
  if (content->stretch() == 0) content->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  dock->setWidget(content);
  docks_.insert(content, dock);
  addDockWidget(Qt::RightDockWidgetArea, dock);
  return dock;
}

QList<QAction*> DockArea::dockActions() const {
  QList<QAction*> actions;
  if (current_ == nullptr) return actions;
  for (DockContent* content : current_->docks())
    if (const QDockWidget* dock = docks_.value(content)) actions << dock->toggleViewAction();
  return actions;
}

}  // namespace signalbox::ui
