// SPDX-License-Identifier: GPL-3.0-only
// Says so where settings were broken or cannot be kept: a banner with the path, never silence. Owned by the program, after window
// and settings. GUI thread.
#pragma once
#include <QObject>
#include <QTimer>

#include "settings/settings.h"
#include "shell/main_window.h"

namespace signalbox::app {

class SettingsWatch : public QObject {
  Q_OBJECT
 public:
  SettingsWatch(ui::MainWindow& window, ui::Settings& settings);

 private:
  void check();
  ui::MainWindow& window_;
  ui::Settings& settings_;
  QTimer soon_;
};

}  // namespace signalbox::app
