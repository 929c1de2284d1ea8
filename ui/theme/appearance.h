// SPDX-License-Identifier: GPL-3.0-only
// Puts theme, style, palettes and the focus ring on the application and keeps them right when the desktop's theme or font
// changes. Made once by app/ after QApplication and before any widget; lives as long as the application. GUI thread.
#pragma once
#include <QDBusVariant>
#include <QObject>
#include <QPointer>

#include "theme/theme.h"

class QApplication;
class QFocusFrame;

namespace signalbox::ui {

class SignalboxStyle;

enum class ThemeChoice { System, Light, Dark };

class Appearance : public QObject {
  Q_OBJECT
 public:
  explicit Appearance(QApplication& app);

  void choose(ThemeChoice choice);
  [[nodiscard]] ThemeChoice choice() const { return choice_; }
  [[nodiscard]] const Theme& theme() const;
  [[nodiscard]] bool systemIsDark() const { return systemDark_; }

 Q_SIGNALS:
  void themeChanged();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private Q_SLOTS:
  void onPortalSetting(const QString& group, const QString& key, const QDBusVariant& value);

 private:
  void readSystem();
  void askPortal();
  void apply();
  void moveFocusRing(QWidget* to);

  QApplication& app_;
  SignalboxStyle* style_ = nullptr;
  ThemeChoice choice_ = ThemeChoice::System;
  bool systemDark_ = false;
  bool systemHighContrast_ = false;
  bool applying_ = false;
  QPointer<QFocusFrame> ring_;
};

}  // namespace signalbox::ui
