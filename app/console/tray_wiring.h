// SPDX-License-Identifier: GPL-3.0-only
// The icon in the tray, where the desktop has one: follows the router of this process; opens the window, pauses routing, copies
// the base URL, quits. Without a tray it does nothing. GUI thread.
#pragma once
#include <QObject>

#include "bridge/embedded_router.h"
#include "shell/main_window.h"
#include "shell/tray.h"

namespace signalbox::app {

class TrayWiring : public QObject {
  Q_OBJECT
 public:
  TrayWiring(ui::MainWindow& window, ui::EmbeddedRouter& router);

 private:
  void follow();
  void open();
  void quit();
  ui::MainWindow& window_;
  ui::EmbeddedRouter& router_;
  ui::Tray* tray_ = nullptr;  // null: the desktop has no tray
};

}  // namespace signalbox::app
