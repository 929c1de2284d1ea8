// SPDX-License-Identifier: GPL-3.0-only
#include "shell/leave_guard.h"

#include <QGuiApplication>
#include <QSessionManager>
#include <QSocketNotifier>
#include <csignal>
#include <sys/socket.h>
#include <unistd.h>

namespace signalbox::ui {
namespace {

// A signal handler may only write to a descriptor; both ends live as long as the guard.
int gPair[2] = {-1, -1};
constexpr int kSignals[] = {SIGTERM, SIGINT, SIGHUP};

void onUnixSignal(int /*number*/) {
  const char byte = 1;
  [[maybe_unused]] const ssize_t written = ::write(gPair[0], &byte, 1);
}

}  // namespace

LeaveGuard::LeaveGuard(QObject* parent) : QObject(parent) {
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, gPair) == 0) {
    notifier_ = new QSocketNotifier(gPair[1], QSocketNotifier::Read, this);
    connect(notifier_, &QSocketNotifier::activated, this, &LeaveGuard::onSignal);
    struct sigaction action {};
    action.sa_handler = onUnixSignal;
    action.sa_flags = SA_RESTART;
    for (const int number : kSignals) ::sigaction(number, &action, nullptr);
  }
  if (qGuiApp != nullptr)
    connect(qGuiApp, &QGuiApplication::commitDataRequest, this, [this](QSessionManager&) { Q_EMIT leaveRequested(); }, Qt::DirectConnection);
}

LeaveGuard::~LeaveGuard() {
  for (const int number : kSignals) ::signal(number, SIG_DFL);
  for (int& end : gPair)
    if (end >= 0) ::close(end), end = -1;
}

void LeaveGuard::onSignal() {
  char byte = 0;
  while (::read(gPair[1], &byte, 1) > 0) {
  }
  Q_EMIT leaveRequested();
}

}  // namespace signalbox::ui
