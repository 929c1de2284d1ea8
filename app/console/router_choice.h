// SPDX-License-Identifier: GPL-3.0-only
// Which router the window is about: the one of this computer, one of the list, or one that is attached now. It fills the menus that
// choose one and says whose numbers these are. Owned by the wiring of the window. GUI thread.
#pragma once
#include <QObject>

#include "bridge/console_client.h"
#include "bridge/embedded_router.h"
#include "bridge/remote_client.h"
#include "console/router_list.h"
#include "settings/settings.h"
#include "shell/main_window.h"

namespace signalbox::app {

class RouterChoice : public QObject {
  Q_OBJECT
 public:
  RouterChoice(ui::MainWindow& window, ui::ConsoleClient& client, ui::Settings& settings, ui::EmbeddedRouter& router);

  void goLocal();
  void attach(const ui::RemoteAddress& address, const QString& name, bool keep = false);  // keep: in the list of the next runs
  void askAttach(const QUrl& url = {});

 private:
  void choose(const QString& id);
  void show();
  void sayKept(const QString& problem);

  ui::MainWindow& window_;
  ui::ConsoleClient& client_;
  ui::EmbeddedRouter& router_;
  RouterList known_;
};

}  // namespace signalbox::app
