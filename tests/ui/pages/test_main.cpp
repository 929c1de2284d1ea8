// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <QLocale>
#include <QStandardPaths>

#include "ui/widgets/support.h"

int main(int argc, char** argv) {
  if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
  QStandardPaths::setTestModeEnabled(true);
  QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
  const signalbox::ui::test::Console console;
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
