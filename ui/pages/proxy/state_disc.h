// SPDX-License-Identifier: GPL-3.0-only
// The state of the embedded router as one large sign, told by shape as well as by colour: a tick, bars, a square, an octagon.
#pragma once
#include <QWidget>

#include "bridge/embedded_router.h"

namespace signalbox::ui {

class StateDisc : public QWidget {
  Q_OBJECT
 public:
  explicit StateDisc(QWidget* parent = nullptr);
  void setState(EmbeddedRouter::State state);
  [[nodiscard]] QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  EmbeddedRouter::State state_ = EmbeddedRouter::State::Stopped;
};

[[nodiscard]] QString stateWords(EmbeddedRouter::State state);

}  // namespace signalbox::ui
