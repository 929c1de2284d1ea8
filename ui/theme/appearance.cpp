// SPDX-License-Identifier: GPL-3.0-only
#include "theme/appearance.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSpinBox>
#include <QApplication>
#include <QComboBox>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QEvent>
#include <QFocusFrame>
#include <QLineEdit>
#include <QSlider>
#include <QToolTip>

#include "theme/colour.h"
#include "theme/style.h"

namespace signalbox::ui {
namespace {

const QString kPortal = QStringLiteral("org.freedesktop.portal.Desktop");
const QString kPortalPath = QStringLiteral("/org/freedesktop/portal/desktop");
const QString kPortalSettings = QStringLiteral("org.freedesktop.portal.Settings");
const QString kGroup = QStringLiteral("org.freedesktop.appearance");
const QString kKey = QStringLiteral("color-scheme");

bool wantsRing(const QWidget* widget) {
  if (widget == nullptr || widget->property("noFocusRing").toBool()) return false;
  return qobject_cast<const QAbstractButton*>(widget) != nullptr || qobject_cast<const QLineEdit*>(widget) != nullptr ||
         qobject_cast<const QAbstractSpinBox*>(widget) != nullptr || qobject_cast<const QComboBox*>(widget) != nullptr ||
         qobject_cast<const QSlider*>(widget) != nullptr;
}

QVariant unwrapped(QVariant value) {
  while (value.canConvert<QDBusVariant>()) value = value.value<QDBusVariant>().variant();
  return value;
}

}  // namespace

Appearance::Appearance(QApplication& app) : app_(app) {
  readSystem();
  style_ = new SignalboxStyle(systemDark_ ? Theme::darkTheme() : Theme::light());
  QApplication::setStyle(style_);
  apply();
  app_.installEventFilter(this);
  connect(&app_, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) { moveFocusRing(now); });
  askPortal();
}

const Theme& Appearance::theme() const { return style_->theme(); }

void Appearance::choose(ThemeChoice choice) {
  choice_ = choice;
  apply();
}

// The platform's own palette shows only while none of ours is set.
void Appearance::readSystem() {
  applying_ = true;
  QApplication::setPalette(QPalette());
  const QPalette platform = QApplication::palette();
  const QColor window = platform.color(QPalette::Window), text = platform.color(QPalette::WindowText);
  systemDark_ = window.lightnessF() < 0.5F;
  systemHighContrast_ = contrast(window, text) >= 15 && window == platform.color(QPalette::Base);
  applying_ = false;
}

void Appearance::apply() {
  applying_ = true;
  const bool dark = choice_ == ThemeChoice::Dark || (choice_ == ThemeChoice::System && systemDark_);
  Theme theme = dark ? Theme::darkTheme() : Theme::light();
  if (systemHighContrast_ && choice_ == ThemeChoice::System) theme = theme.inHighContrast();
  style_->setTheme(theme);
  style_->refreshMetrics();
  // The application's palette first: setting it deletes those of classes.
  QApplication::setPalette(theme.palette());
  QApplication::setPalette(theme.viewPalette(), "QAbstractItemView");
  for (const char* inside : {"QHeaderView", "QComboBoxListView"}) QApplication::setPalette(theme.viewPalette(), inside);
  QPalette tip = theme.palette();
  tip.setColor(QPalette::Window, theme.head);
  QToolTip::setPalette(tip);
  applying_ = false;
  Q_EMIT themeChanged();
}

void Appearance::askPortal() {
  if (qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS")) return;
  QDBusConnection bus = QDBusConnection::sessionBus();
  if (!bus.isConnected()) return;
  bus.connect(kPortal, kPortalPath, kPortalSettings, QStringLiteral("SettingChanged"), this, SLOT(onPortalSetting(QString, QString, QDBusVariant)));
  QDBusMessage call = QDBusMessage::createMethodCall(kPortal, kPortalPath, kPortalSettings, QStringLiteral("Read"));
  call << kGroup << kKey;
  auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(call), this);
  connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* done) {
    const QDBusPendingReply<QDBusVariant> reply = *done;
    if (reply.isValid()) onPortalSetting(kGroup, kKey, reply.value());
    done->deleteLater();
  });
}

// 1 = dark, 2 = light, 0 = no preference: then the platform's palette decides.
void Appearance::onPortalSetting(const QString& group, const QString& key, const QDBusVariant& value) {
  if (group != kGroup || key != kKey) return;
  const uint scheme = unwrapped(value.variant()).toUInt();
  if (scheme != 1 && scheme != 2) return;
  const bool dark = scheme == 1;
  if (dark == systemDark_) return;
  systemDark_ = dark;
  if (choice_ == ThemeChoice::System) apply();
}

bool Appearance::eventFilter(QObject* watched, QEvent* event) {
  if (applying_) return false;
  if (event->type() == QEvent::ThemeChange && (watched == &app_ || watched->isWidgetType())) {
    readSystem();
    apply();
  } else if (event->type() == QEvent::ApplicationFontChange && watched == &app_) {
    style_->refreshMetrics();
  }
  return false;
}

void Appearance::moveFocusRing(QWidget* to) {
  if (ring_ != nullptr) {
    ring_->setWidget(nullptr);
    if (!wantsRing(to)) return;
  } else if (!wantsRing(to)) {
    return;
  } else {
    ring_ = new QFocusFrame(to);
  }
  ring_->setWidget(to);
}

}  // namespace signalbox::ui
