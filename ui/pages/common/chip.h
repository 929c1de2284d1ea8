// SPDX-License-Identifier: GPL-3.0-only
// One condition of a filter: rounded, `field op value ×`. A click on the cross, Delete or Backspace removes it.
#pragma once
#include <QAbstractButton>

#include "theme/text_run.h"

namespace signalbox::ui {

class Chip : public QAbstractButton {
  Q_OBJECT
 public:
  Chip(const QString& field, const QString& op, const QString& value, QWidget* parent = nullptr);
  [[nodiscard]] QSize sizeHint() const override;

 Q_SIGNALS:
  void removed();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  TextLine line_;
};

}  // namespace signalbox::ui
