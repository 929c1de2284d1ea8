// SPDX-License-Identifier: GPL-3.0-only
// A badge as a widget: a state or role in words, 3 px radius.
#pragma once
#include <QWidget>

#include "theme/cells.h"

namespace signalbox::ui {

class BadgeLabel : public QWidget {
  Q_OBJECT
 public:
  explicit BadgeLabel(QWidget* parent = nullptr);
  void setBadge(BadgeTone tone, const QString& text, const QString& icon = {});
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  BadgeTone tone_ = BadgeTone::Neutral;
  QString text_, icon_;
};

}  // namespace signalbox::ui
