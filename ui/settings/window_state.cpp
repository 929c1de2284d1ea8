// SPDX-License-Identifier: GPL-3.0-only
#include "settings/window_state.h"

#include <QGuiApplication>
#include <QScreen>
#include <QWidget>

#include "settings/settings.h"

namespace signalbox::ui {

void restoreWindow(QWidget& window, const Settings& settings, QSize wanted) {
  const QByteArray kept = settings.get(settings::kWindowGeometry);
  // restoreGeometry moves a window back onto a screen that still exists.
  if (!kept.isEmpty() && window.restoreGeometry(kept)) return;
  const QScreen* screen = window.screen() != nullptr ? window.screen() : QGuiApplication::primaryScreen();
  if (screen == nullptr) {
    window.resize(wanted);
    return;
  }
  const QRect room = screen->availableGeometry();
  const QSize size = wanted.boundedTo(room.size());
  window.resize(size);
  window.move(room.center() - QPoint(size.width() / 2, size.height() / 2));
}

void keepWindow(const QWidget& window, Settings& settings) { settings.set(settings::kWindowGeometry, window.saveGeometry()); }

}  // namespace signalbox::ui
