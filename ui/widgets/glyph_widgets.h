// SPDX-License-Identifier: GPL-3.0-only
// Glyphs of tiers and states as small widgets, for forms and headers. A word always stands beside them.
#pragma once
#include <QWidget>

#include "theme/cells.h"
#include "theme/tier_key.h"

namespace signalbox::ui {

class StateGlyph : public QWidget {
  Q_OBJECT
 public:
  explicit StateGlyph(QWidget* parent = nullptr);
  void setMark(StateMark mark);
  void setScale(double scale);  // of the icon size; the Proxy page has a large one
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  StateMark mark_ = StateMark::None;
  double scale_ = 1;
};

class TierGlyph : public QWidget {
  Q_OBJECT
 public:
  explicit TierGlyph(const TierKey& tier = {}, QWidget* parent = nullptr);
  void setTier(const TierKey& tier);
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  TierKey tier_;
};

}  // namespace signalbox::ui
