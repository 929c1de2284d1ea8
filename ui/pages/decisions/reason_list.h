// SPDX-License-Identifier: GPL-3.0-only
// The steps of a route in words, one line each, with its mark and time. GUI thread.
#pragma once
#include <QWidget>
#include <vector>

#include "pages/decisions/decision_words.h"

namespace signalbox::ui {

class ReasonList : public QWidget {
  Q_OBJECT
 public:
  explicit ReasonList(QWidget* parent = nullptr);
  void setLines(std::vector<ReasonLine> lines);
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  std::vector<ReasonLine> lines_;
};

}  // namespace signalbox::ui
