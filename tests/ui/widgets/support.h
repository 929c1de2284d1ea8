// SPDX-License-Identifier: Apache-2.0
// What every test of the console starts with: one application with our font at 13 px, off screen, and pictures of widgets.
#pragma once
#include <QApplication>
#include <QDir>
#include <QFont>
#include <QImage>
#include <QPainter>
#include <QWidget>

#include "theme/appearance.h"

namespace signalbox::ui::test {

struct Console {
  int argc = 1;
  char name[8] = "uitest";
  char* argv[2] = {name, nullptr};
  QApplication app;
  Appearance appearance;

  Console() : app(argc, argv), appearance(dressed(app)) {
    current = this;
    appearance.choose(ThemeChoice::Light);
  }
  inline static Console* current = nullptr;

 private:
  static QApplication& dressed(QApplication& app) {
    QFont font(QStringLiteral("Noto Sans"));
    font.setPixelSize(13);
    QApplication::setFont(font);
    return app;
  }
};

// Of the one application of this program.
inline Appearance& appearance() { return Console::current->appearance; }

// Also what a screen of that ratio would show.
inline QImage picture(QWidget& widget, double ratio = 1) {
  QImage image(widget.size() * ratio, QImage::Format_ARGB32_Premultiplied);
  image.setDevicePixelRatio(ratio);
  image.fill(Qt::transparent);
  widget.render(&image);
  return image;
}

}  // namespace signalbox::ui::test
