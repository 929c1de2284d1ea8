// SPDX-License-Identifier: GPL-3.0-only
#include "settings/settings.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>

namespace signalbox::ui {
namespace {

QString standardPath() {
  const QString folder = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation);
  return folder + QStringLiteral("/signalbox/console.ini");
}

// QSettings reads nearly anything as INI and only says so in status(); NUL bytes are what a torn or foreign file shows.
bool isSound(const QString& path) {
  QFile file(path);
  if (!file.exists()) return true;
  if (!file.open(QIODevice::ReadOnly)) return false;
  if (file.readAll().contains('\0')) return false;
  return QSettings(path, QSettings::IniFormat).status() == QSettings::NoError;
}

QString copyAside(const QString& path) {
  const QString stamp = QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd-HHmmss"));
  QString copy = path + QStringLiteral(".broken-") + stamp;
  for (int n = 2; QFile::exists(copy); ++n) copy = path + QStringLiteral(".broken-%1-%2").arg(stamp).arg(n);
  return QFile::rename(path, copy) ? copy : QString();
}

}  // namespace

Settings::Settings(const QString& path, QObject* parent) : QObject(parent) {
  const QString used = path.isEmpty() ? standardPath() : path;
  QDir().mkpath(QFileInfo(used).absolutePath());
  if (!isSound(used)) brokenCopy_ = copyAside(used);
  file_ = std::make_unique<QSettings>(used, QSettings::IniFormat);
}

Settings::~Settings() = default;

void Settings::flush() { file_->sync(); }

QString Settings::writeError() const {
  switch (file_->status()) {
    case QSettings::NoError: return {};
    case QSettings::AccessError: return tr("%1 cannot be written: check its permissions and the free space").arg(path());
    case QSettings::FormatError: return tr("%1 is not a settings file").arg(path());
  }
  return {};
}

}  // namespace signalbox::ui
