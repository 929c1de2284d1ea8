// SPDX-License-Identifier: GPL-3.0-only
// The icon in the system's tray, where there is one: state by colour and shape; open, pause, copy URL, quit. Belongs to app/.
#pragma once
#include <QObject>

class QAction;
class QMenu;
class QSystemTrayIcon;

namespace signalbox::ui {

class Tray : public QObject {
  Q_OBJECT
 public:
  enum class State { Running, Paused, Stopped, Failed };
  explicit Tray(QObject* parent = nullptr);
  ~Tray() override;

  [[nodiscard]] static bool available();
  void show();
  void setState(State state, const QString& words);  // words = the tooltip: "Proxy running on 127.0.0.1:8787"

 Q_SIGNALS:
  void openRequested();
  void pauseToggled(bool paused);
  void copyUrlRequested();
  void quitRequested();

 private:
  QSystemTrayIcon* icon_;
  QMenu* menu_;
  QAction* pause_;
  QAction* copy_;
};

}  // namespace signalbox::ui
