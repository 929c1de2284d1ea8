// SPDX-License-Identifier: GPL-3.0-only
// Joins the parts of the window to what they are about: context bar and status line to selection, link and router; the choice of
// routers to attaching. Owned by the program, after window and client. GUI thread.
#pragma once
#include <QObject>
#include <QTimer>

#include "bridge/console_client.h"
#include "bridge/embedded_router.h"
#include "bridge/remote_client.h"
#include "console/router_list.h"
#include "settings/settings.h"
#include "shell/main_window.h"
#include "state/selection.h"

namespace signalbox::app {

class WindowWiring : public QObject {
  Q_OBJECT
 public:
  WindowWiring(ui::MainWindow& window, ui::ConsoleClient& client, ui::Selection& selection, ui::Settings& settings,
               ui::EmbeddedRouter& router);

  void goLocal();
  void attach(const ui::RemoteAddress& address, const QString& name, bool keep = false);  // keep: in the list of the next runs
  void askAttach(const QUrl& url = {});

 private:
  void connectSelection();
  void connectClient();
  void fillMenus();
  void showRouters();
  void showSelection();
  void showLink();
  void showRouterFacts();
  void sayKept(const QString& problem);
  void chooseRouter(const QString& id);

  ui::MainWindow& window_;
  ui::ConsoleClient& client_;
  ui::Selection& selection_;
  ui::Settings& settings_;
  ui::EmbeddedRouter& router_;
  RouterList known_;
  QString current_;                 // "local", or an address
  QTimer clock_;
};

}  // namespace signalbox::app
