// SPDX-License-Identifier: GPL-3.0-only
#include "shell/tray.h"

#include <QMenu>
#include <QPainter>
#include <QSystemTrayIcon>

namespace signalbox::ui {
namespace {

// The tray's background is not ours: solid colours with a light sign are seen on any.
QIcon drawn(Tray::State state) {
  QIcon icon;
  for (const int side : {16, 22, 24, 32, 48}) {
    QPixmap pixmap(side, side);
    pixmap.fill(Qt::transparent);
    QPainter p(&pixmap);
    p.setRenderHint(QPainter::Antialiasing);
    p.scale(side / 16.0, side / 16.0);
    p.setPen(Qt::NoPen);
    const QPen sign(Qt::white, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
    switch (state) {
      case Tray::State::Running:
        p.setBrush(QColor(0x13713F));
        p.drawEllipse(QPointF(8, 8), 7, 7);
        p.setPen(sign);
        p.drawPolyline(QPolygonF({{5, 8.3}, {7.2, 10.5}, {11, 5.8}}));
        break;
      case Tray::State::Paused:
        p.setBrush(QColor(0xC29200));
        p.drawPolygon(QPolygonF({{8, 1}, {15, 14}, {1, 14}}));
        p.setPen(sign);
        p.drawLine(QPointF(6.7, 8), QPointF(6.7, 11.5));
        p.drawLine(QPointF(9.3, 8), QPointF(9.3, 11.5));
        break;
      case Tray::State::Failed:
        p.setBrush(QColor(0xB3211E));
        p.drawPolygon(QPolygonF({{5, 1}, {11, 1}, {15, 5}, {15, 11}, {11, 15}, {5, 15}, {1, 11}, {1, 5}}));
        p.setPen(sign);
        p.drawLine(QPointF(5.5, 5.5), QPointF(10.5, 10.5));
        p.drawLine(QPointF(10.5, 5.5), QPointF(5.5, 10.5));
        break;
      case Tray::State::Stopped:
        p.setBrush(QColor(0x848D99));
        p.drawRoundedRect(QRectF(2, 2, 12, 12), 2, 2);
        break;
    }
    icon.addPixmap(pixmap);
  }
  return icon;
}

}  // namespace

Tray::Tray(QObject* parent) : QObject(parent), icon_(new QSystemTrayIcon(this)), menu_(new QMenu) {
  menu_->addAction(tr("&Open"), this, &Tray::openRequested);
  pause_ = menu_->addAction(tr("&Pause routing"));
  pause_->setCheckable(true);
  connect(pause_, &QAction::triggered, this, &Tray::pauseToggled);
  copy_ = menu_->addAction(tr("&Copy URL"), this, &Tray::copyUrlRequested);
  menu_->addSeparator();
  menu_->addAction(tr("&Quit and stop"), this, &Tray::quitRequested);
  icon_->setContextMenu(menu_);
  connect(icon_, &QSystemTrayIcon::activated, this, [this](QSystemTrayIcon::ActivationReason reason) {
    if (reason == QSystemTrayIcon::Trigger || reason == QSystemTrayIcon::DoubleClick) Q_EMIT openRequested();
  });
  setState(State::Stopped, tr("Proxy stopped"));
}

Tray::~Tray() { delete menu_; }

bool Tray::available() { return QSystemTrayIcon::isSystemTrayAvailable(); }

void Tray::show() { icon_->show(); }

void Tray::setState(State state, const QString& words) {
  icon_->setIcon(drawn(state));
  icon_->setToolTip(QStringLiteral("Signalbox: ") + words);
  pause_->setEnabled(state == State::Running || state == State::Paused);
  pause_->setChecked(state == State::Paused);
  copy_->setEnabled(state == State::Running || state == State::Paused);
}

}  // namespace signalbox::ui
