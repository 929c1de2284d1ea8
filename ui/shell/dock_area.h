// SPDX-License-Identifier: GPL-3.0-only
// The pages with their docks at the right. Docks of the visible page are shown, all others hidden; one that a person closed
// stays closed until it is asked for. Belongs to the window.
#pragma once
#include <QHash>
#include <QMainWindow>
#include <QSet>

class QDockWidget;
class QStackedWidget;

namespace signalbox::ui {

class DockContent;
class Page;

class DockArea : public QMainWindow {
  Q_OBJECT
 public:
  explicit DockArea(QWidget* parent = nullptr);

  void addPage(Page* page);
  void showPage(Page* page);
  void openDock(DockContent* content);
  [[nodiscard]] QList<QAction*> dockActions() const;  // show and hide, for the visible page

 Q_SIGNALS:
  void docksChanged();

 private:
  QDockWidget* dockFor(DockContent* content);
  void fitWidth(const QList<QDockWidget*>& shown, const QList<DockContent*>& contents);

  QStackedWidget* stack_;
  QHash<DockContent*, QDockWidget*> docks_;
  QHash<DockContent*, int> widths_;  // as they were left
  QSet<DockContent*> closed_;
  Page* current_ = nullptr;
  bool switching_ = false;
};

}  // namespace signalbox::ui
