// SPDX-License-Identifier: GPL-3.0-only
#include "console/tray_wiring.h"

#include <QClipboard>
#include <QCoreApplication>
#include <QGuiApplication>

namespace signalbox::app {

using namespace ui;

TrayWiring::TrayWiring(MainWindow& window, EmbeddedRouter& router) : window_(window), router_(router) {
  if (!Tray::available()) return;
  tray_ = new Tray(this);
  connect(tray_, &Tray::openRequested, this, &TrayWiring::open);
  connect(tray_, &Tray::pauseToggled, this, [this](bool paused) { router_.setPaused(paused); });
  connect(tray_, &Tray::copyUrlRequested, this, [this] { QGuiApplication::clipboard()->setText(router_.baseUrl()); });
  connect(tray_, &Tray::quitRequested, this, &TrayWiring::quit);
  connect(&router_, &EmbeddedRouter::stateChanged, this, &TrayWiring::follow);
  follow();
  tray_->show();
}

void TrayWiring::follow() {
  using State = EmbeddedRouter::State;
  switch (router_.state()) {
    case State::Running: return tray_->setState(Tray::State::Running, tr("Proxy running on %1").arg(router_.baseUrl()));
    case State::Paused: return tray_->setState(Tray::State::Paused, tr("Routing paused, %1").arg(router_.baseUrl()));
    case State::Failed: return tray_->setState(Tray::State::Failed, router_.error());
    case State::Starting:
    case State::Binding: return tray_->setState(Tray::State::Stopped, tr("Proxy starting"));
    case State::Stopped: return tray_->setState(Tray::State::Stopped, tr("Proxy stopped"));
  }
}

void TrayWiring::open() {
  window_.setWindowState(window_.windowState() & ~Qt::WindowMinimized);
  window_.show();
  window_.raise();
  window_.activateWindow();
}

// As at SIGTERM: the window leaves, then the router ends with the program.
void TrayWiring::quit() {
  window_.leave();
  QCoreApplication::quit();
}

}  // namespace signalbox::app
