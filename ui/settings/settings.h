// SPDX-License-Identifier: GPL-3.0-only
// Every setting of the console in one typed table, kept in an INI file. A file that cannot be read is copied aside and said
// so; defaults are used then. No secrets here, ever. Values are cached; set() writes soon after. GUI thread.
#pragma once
#include <QByteArray>
#include <QObject>
#include <QSettings>
#include <QString>
#include <QStringList>
#include <QVariant>
#include <memory>

namespace signalbox::ui {

// A setting: its key in the file and its default. T is what QVariant keeps: bool, int, double, QString, QStringList, QByteArray.
template <class T>
struct Setting {
  const char* key;
  T fallback;
};

namespace settings {
inline const Setting<QString> kTheme{"look/theme", QStringLiteral("system")};  // system, light, dark
inline const Setting<QString> kLanguage{"general/language", QString()};        // empty = the system's
inline const Setting<QString> kZone{"time/zone", QStringLiteral("UTC")};       // UTC, local, or an IANA name
inline const Setting<QString> kRange{"time/range", QStringLiteral("1h")};      // 5m 15m 1h 6h 1d 7d 30d
inline const Setting<bool> kComfortableRows{"look/comfortable-rows", false};
inline const Setting<bool> kRailFolded{"window/rail-folded", false};
inline const Setting<QByteArray> kWindowGeometry{"window/geometry", QByteArray()};
inline const Setting<QByteArray> kDockState{"window/docks", QByteArray()};
inline const Setting<QString> kLastPage{"window/page", QString()};
inline const Setting<QStringList> kClosedDocks{"window/closed-docks", QStringList()};
inline const Setting<int> kProxyPort{"proxy/port", 0};  // 0 = as configured
inline const Setting<bool> kStartProxyAtLaunch{"proxy/start-at-launch", false};
inline const Setting<bool> kStartAtLogin{"general/start-at-login", false};
inline const Setting<bool> kKeepRunningWhenClosed{"general/keep-running-when-closed", false};
inline const Setting<QStringList> kRouters{"routers/list", QStringList()};     // name, tab, URL
inline const Setting<QString> kLastRouter{"routers/last", QString()};
}  // namespace settings

class Settings : public QObject {
  Q_OBJECT
 public:
  // `path` empty = signalbox/console.ini in the user's configuration folder.
  explicit Settings(const QString& path = {}, QObject* parent = nullptr);
  ~Settings() override;

  template <class T>
  [[nodiscard]] T get(const Setting<T>& setting) const {
    const QVariant value = file_->value(QLatin1StringView(setting.key));
    return value.isValid() && value.canConvert<T>() ? value.value<T>() : setting.fallback;
  }
  template <class T>
  void set(const Setting<T>& setting, const T& value) {
    if (get(setting) == value) return;
    file_->setValue(QLatin1StringView(setting.key), QVariant::fromValue(value));
    Q_EMIT changed(QString::fromLatin1(setting.key));
  }
  void flush();

  [[nodiscard]] QString path() const { return file_->fileName(); }
  // Where the broken file was copied to; empty when the file was sound.
  [[nodiscard]] QString brokenCopy() const { return brokenCopy_; }
  // The last write failed, and why; empty = fine.
  [[nodiscard]] QString writeError() const;

 Q_SIGNALS:
  void changed(const QString& key);

 private:
  std::unique_ptr<QSettings> file_;
  QString brokenCopy_;
};

}  // namespace signalbox::ui
