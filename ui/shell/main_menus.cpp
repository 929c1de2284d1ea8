// SPDX-License-Identifier: GPL-3.0-only
// The menu bar. A menu without entries is not shown; app/ and the pages add theirs.
#include <QActionEvent>
#include <QActionGroup>
#include <QMenu>
#include <QMenuBar>

#include "settings/settings.h"
#include "shell/context_bar.h"
#include "shell/dock_area.h"
#include "shell/main_window.h"
#include "theme/appearance.h"
#include "theme/icons.h"
#include "widgets/page.h"

namespace signalbox::ui {
namespace {

// Shows a menu's title while it has entries.
class MenuKeeper : public QObject {
 public:
  explicit MenuKeeper(QMenu* menu) : QObject(menu), menu_(menu) {
    menu->installEventFilter(this);
    menu->menuAction()->setVisible(false);
  }
  bool eventFilter(QObject* watched, QEvent* event) override {
    const bool removed = event->type() == QEvent::ActionRemoved;
    if (event->type() == QEvent::ActionAdded || removed) menu_->menuAction()->setVisible(menu_->actions().size() > (removed ? 1 : 0) || !removed);
    return QObject::eventFilter(watched, event);
  }

 private:
  QMenu* menu_;
};

ThemeChoice choiceOf(const QString& name) {
  return name == QStringLiteral("light") ? ThemeChoice::Light : name == QStringLiteral("dark") ? ThemeChoice::Dark : ThemeChoice::System;
}

}  // namespace

void MainWindow::makeMenus() {
  const std::pair<MenuId, QString> titles[] = {{MenuId::File, tr("&File")},     {MenuId::Edit, tr("&Edit")},     {MenuId::View, tr("&View")},   {MenuId::Go, tr("&Go")},
                                               {MenuId::Router, tr("&Router")}, {MenuId::Policy, tr("&Policy")}, {MenuId::Tools, tr("&Tools")}, {MenuId::Help, tr("&Help")}};
  for (const auto& [id, title] : titles) {
    if (id == MenuId::Router) {
      pageMenu_ = menuBar()->addMenu(tr("P&age"));
      new MenuKeeper(pageMenu_);
    }
    QMenu* made = menuBar()->addMenu(title);
    new MenuKeeper(made);
    menus_.insert(static_cast<int>(id), made);
  }
  makeViewMenu();

  QMenu* go = menu(MenuId::Go);
  QAction* back = go->addAction(icon(QStringLiteral("left")), tr("&Back"), QKeySequence(Qt::ALT | Qt::Key_Left), this, &MainWindow::backRequested);
  QAction* forward = go->addAction(icon(QStringLiteral("right")), tr("&Forward"), QKeySequence(Qt::ALT | Qt::Key_Right), this, &MainWindow::forwardRequested);
  back->setObjectName(QStringLiteral("action.back"));
  forward->setObjectName(QStringLiteral("action.forward"));
  go->addSeparator();

  QAction* preferences = menu(MenuId::File)->addAction(tr("&Preferences…"), QKeySequence(Qt::CTRL | Qt::Key_Comma), this, &MainWindow::preferencesRequested);
  preferences->setObjectName(QStringLiteral("action.preferences"));
  preferences->setVisible(false);  // app/ shows it when there is a dialog behind it
  QAction* quit = menu(MenuId::File)->addAction(tr("&Quit"), QKeySequence::Quit, this, &QWidget::close);
  quit->setObjectName(QStringLiteral("action.quit"));
  menu(MenuId::Help)->addAction(icon(QStringLiteral("help")), tr("&About Signalbox"), this, &MainWindow::aboutRequested);
}

void MainWindow::makeViewMenu() {
  QMenu* view = menu(MenuId::View);
  foldAction_ = view->addAction(tr("&Fold the rail"), QKeySequence(Qt::CTRL | Qt::Key_B), this, [this] {
    const bool folded = !rail_->isFolded();
    settings_.set(settings::kRailFolded, folded);
    foldRail(folded);
  });
  foldAction_->setCheckable(true);
  dockMenu_ = view->addMenu(tr("&Docks"));
  QMenu* themes = view->addMenu(tr("&Theme"));
  auto* group = new QActionGroup(this);
  const QString now = settings_.get(settings::kTheme);
  const std::pair<QString, QString> choices[] = {{QStringLiteral("system"), tr("&System")}, {QStringLiteral("light"), tr("&Light")}, {QStringLiteral("dark"), tr("&Dark")}};
  for (const auto& [name, title] : choices) {
    QAction* action = themes->addAction(title);
    action->setCheckable(true);
    action->setChecked(name == now);
    group->addAction(action);
    connect(action, &QAction::triggered, this, [this, name = name] {
      settings_.set(settings::kTheme, name);
      appearance_.choose(choiceOf(name));
    });
  }
  appearance_.choose(choiceOf(now));
  QAction* full = view->addAction(tr("F&ull screen"), QKeySequence(Qt::Key_F11), this, [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
  full->setObjectName(QStringLiteral("action.full-screen"));
}

void MainWindow::fillPageMenu() {
  for (QAction* action : pageMenu_->actions()) pageMenu_->removeAction(action);
  if (Page* page = pages_.value(current_)) {
    pageMenu_->addActions(page->pageActions());
    pageMenu_->setTitle(page->title());
  }
  pageMenu_->menuAction()->setVisible(!pageMenu_->actions().isEmpty());
  for (QAction* action : dockMenu_->actions()) dockMenu_->removeAction(action);
  dockMenu_->addActions(docks_->dockActions());
  dockMenu_->menuAction()->setVisible(!dockMenu_->actions().isEmpty());
}

}  // namespace signalbox::ui
