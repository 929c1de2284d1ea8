// SPDX-License-Identifier: GPL-3.0-only
// Joins the parts of the window to what they are about: context bar and status line to selection, link and router; the choice of
// routers to attaching. Owned by the program, after window and client. GUI thread.
#pragma once
#include <QObject>
#include <QTimer>

#include "bridge/console_client.h"
#include "bridge/embedded_router.h"
#include "console/router_choice.h"
#include "settings/settings.h"
#include "shell/main_window.h"
#include "state/selection.h"

namespace signalbox::app {

class WindowWiring : public QObject {
  Q_OBJECT
 public:
  WindowWiring(ui::MainWindow& window, ui::ConsoleClient& client, ui::Selection& selection, ui::Settings& settings,
               ui::EmbeddedRouter& router);

  [[nodiscard]] RouterChoice& routers() { return routers_; }

 private:
  void connectSelection();
  void connectClient();
  void fillMenus();
  void showSelection();
  void showZones();
  void showLink();
  void showRouterFacts();
  void askPause();

  ui::MainWindow& window_;
  ui::ConsoleClient& client_;
  ui::Selection& selection_;
  ui::Settings& settings_;
  ui::EmbeddedRouter& router_;
  RouterChoice routers_;
  QTimer clock_;
};

}  // namespace signalbox::app
