// SPDX-License-Identifier: GPL-3.0-only
#include "console/settings_watch.h"

namespace signalbox::app {

using namespace ui;

namespace {
constexpr int kSoonMs = 500;  // several settings change together
}

SettingsWatch::SettingsWatch(MainWindow& window, Settings& settings) : window_(window), settings_(settings) {
  soon_.setSingleShot(true);
  soon_.setInterval(kSoonMs);
  connect(&soon_, &QTimer::timeout, this, &SettingsWatch::check);
  connect(&settings_, &Settings::changed, &soon_, qOverload<>(&QTimer::start));
  if (!settings_.brokenCopy().isEmpty()) {
    window_.warn(QStringLiteral("brokenSettings"), tr("The settings could not be read and begin anew."), tr("The broken file is kept as %1.").arg(settings_.brokenCopy()));
  }
}

void SettingsWatch::check() {
  settings_.flush();
  const QString problem = settings_.writeError();
  if (!problem.isEmpty()) window_.warn(QStringLiteral("unwritableSettings"), tr("Settings are not kept."), problem);
}

}  // namespace signalbox::app
