// SPDX-License-Identifier: GPL-3.0-only
// A flat button of the context bar: a value in bold with a chevron; opens its menu.
#pragma once
#include <QToolButton>

namespace signalbox::ui {

class MenuButton : public QToolButton {
  Q_OBJECT
 public:
  explicit MenuButton(const QString& name, QWidget* parent);
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

 protected:
  void paintEvent(QPaintEvent* event) override;
};

}  // namespace signalbox::ui
