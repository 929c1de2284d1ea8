// SPDX-License-Identifier: Apache-2.0
#include "settings/settings.h"

#include <gtest/gtest.h>

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>

namespace signalbox::ui {
namespace {

TEST(SettingsTest, keepsTypedValuesAcrossRuns) {
  const QTemporaryDir folder;
  const QString path = folder.filePath(QStringLiteral("console.ini"));
  {
    Settings settings(path);
    EXPECT_EQ(settings.get(settings::kProxyPort), 0);
    settings.set(settings::kProxyPort, 9000);
    settings.set(settings::kRailFolded, true);
    settings.set(settings::kRouters, QStringList{QStringLiteral("a"), QStringLiteral("b")});
  }
  const Settings again(path);
  EXPECT_EQ(again.get(settings::kProxyPort), 9000);
  EXPECT_TRUE(again.get(settings::kRailFolded));
  EXPECT_EQ(again.get(settings::kRouters).size(), 2);
  EXPECT_TRUE(again.brokenCopy().isEmpty());
}

TEST(SettingsTest, tellsOnlyRealChanges) {
  const QTemporaryDir folder;
  Settings settings(folder.filePath(QStringLiteral("console.ini")));
  QSignalSpy changed(&settings, &Settings::changed);
  settings.set(settings::kZone, QStringLiteral("local"));
  settings.set(settings::kZone, QStringLiteral("local"));
  EXPECT_EQ(changed.count(), 1);
}

TEST(SettingsTest, copiesABrokenFileAsideAndStartsWithDefaults) {
  const QTemporaryDir folder;
  const QString path = folder.filePath(QStringLiteral("console.ini"));
  QFile file(path);
  ASSERT_TRUE(file.open(QIODevice::WriteOnly));
  file.write(QByteArray("[look]\ntheme=da\0\0\0rk", 21));
  file.close();
  const Settings settings(path);
  EXPECT_EQ(settings.get(settings::kTheme), QStringLiteral("system"));
  ASSERT_FALSE(settings.brokenCopy().isEmpty());
  EXPECT_TRUE(QFile::exists(settings.brokenCopy()));
}

}  // namespace
}  // namespace signalbox::ui
