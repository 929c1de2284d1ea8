// SPDX-License-Identifier: GPL-3.0-only
// What the shell knows of a page. Pages are made when first shown and live as long as the window; a hidden page must not
// repaint nor keep subscriptions it does not need. GUI thread.
#pragma once
#include <QIcon>
#include <QKeySequence>
#include <QList>
#include <QString>
#include <QWidget>

class QAction;

namespace signalbox::ui {

class DockContent;

class Page : public QWidget {
  Q_OBJECT
 public:
  using QWidget::QWidget;

  [[nodiscard]] virtual QString title() const = 0;  // as in the rail
  virtual void activate() {}                        // it has become the visible page
  virtual void deactivate() {}
  // Shown in the right dock area while the page is visible, first at the top. Owned by the page.
  [[nodiscard]] virtual QList<DockContent*> docks() { return {}; }
  // Its entries in the menu bar's page menu, while it is visible. Owned by the page.
  [[nodiscard]] virtual QList<QAction*> pageActions() { return {}; }
  // What this view rests on, for the left of the status bar: "412,806 requests", "complete in 84 ms".
  [[nodiscard]] virtual QStringList statusParts() const { return {}; }

 Q_SIGNALS:
  void statusChanged();              // statusParts() says something else now
  void dockRequested(DockContent*);  // open that dock: a row was chosen
};

}  // namespace signalbox::ui
