// SPDX-License-Identifier: GPL-3.0-only
// Turns SIGTERM, SIGINT, SIGHUP and the end of the desktop session into one signal on the GUI thread, so that the console
// leaves as if Quit had been chosen. One per process, made by app/ after QApplication.
#pragma once
#include <QObject>

class QSocketNotifier;

namespace signalbox::ui {

class LeaveGuard : public QObject {
  Q_OBJECT
 public:
  explicit LeaveGuard(QObject* parent = nullptr);
  ~LeaveGuard() override;

 Q_SIGNALS:
  void leaveRequested();

 private:
  void onSignal();
  QSocketNotifier* notifier_ = nullptr;
};

}  // namespace signalbox::ui
