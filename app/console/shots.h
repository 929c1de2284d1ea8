// SPDX-License-Identifier: GPL-3.0-only
// Pictures of every page in both themes, for the documentation and for people to look at. Runs the program once more with scale
// 2 when it is done with scale 1.
#pragma once
#include <QString>

#include "shell/main_window.h"
#include "theme/appearance.h"
#include "bridge/console_client.h"
#include "state/selection.h"

namespace signalbox::app {

struct ShotStage {
  ui::MainWindow& window;
  ui::Appearance& appearance;
  ui::ConsoleClient& client;
  ui::Selection& selection;
  QStringList pages;
};

// Waits for data, writes FOLDER/PAGE-THEME-SCALE.png. On simulated traffic a change of policy is made live and confirmed, to be
// seen; on any other router nothing is changed. False when a picture could not be written.
[[nodiscard]] bool takeShots(const ShotStage& stage, const QString& folder);

}  // namespace signalbox::app
