// SPDX-License-Identifier: GPL-3.0-only
// Remembers a window's size and place, and forgives screens that are gone.
#pragma once
#include <QSize>

class QWidget;

namespace signalbox::ui {

class Settings;

// Restores the geometry kept, or `wanted` centred; never larger than the screen.
void restoreWindow(QWidget& window, const Settings& settings, QSize wanted);
void keepWindow(const QWidget& window, Settings& settings);

}  // namespace signalbox::ui
