// SPDX-License-Identifier: GPL-3.0-only
// The drawn part of a ThresholdSlider: histogram, track, live marker, handle, coverage strip, scale. Belongs to its slider and
// reads its values; internal to ui/widgets.
#pragma once
#include <QWidget>
#include <optional>

#include "theme/metrics.h"

namespace signalbox::ui {

class ThresholdSlider;

class ThresholdTrack : public QWidget {
  Q_OBJECT
 public:
  explicit ThresholdTrack(ThresholdSlider& slider);

  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void keyReleaseEvent(QKeyEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;

 private:
  struct Geometry;
  [[nodiscard]] Geometry geometryNow() const;
  void paintHistogram(QPainter& painter, const Geometry& g) const;
  void paintTrack(QPainter& painter, const Geometry& g) const;
  void paintHandle(QPainter& painter, const Geometry& g) const;
  void paintCoverage(QPainter& painter, const Geometry& g) const;
  void paintScale(QPainter& painter, const Geometry& g) const;

  ThresholdSlider& slider_;
  std::optional<double> grabOffset_;  // of the hand from the handle's middle, while dragging
  double before_ = 0;                 // what Esc goes back to
};

}  // namespace signalbox::ui
