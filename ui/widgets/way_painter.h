// SPDX-License-Identifier: GPL-3.0-only
// Draws a Way as tracks, signals and words. Made for one paint event; internal to ui/widgets.
#pragma once
#include <QRectF>

#include "theme/metrics.h"
#include "theme/theme.h"
#include "widgets/way_view.h"

class QPainter;

namespace signalbox::ui {

class WayPainter {
 public:
  WayPainter(QPainter& painter, const Way& way, const Theme& theme, const Metrics& metrics, QSizeF size);
  void paint();
  [[nodiscard]] static double height(int tiers, bool siding, const Metrics& metrics);

 private:
  // What one tier ran: from its first attempt's start to its last one's end.
  struct Run {
    int tier;
    double start, end;
    bool failed;
    std::size_t attempts;
    QString caption;
  };
  void collectRuns();
  void rails();
  void unusedSwitches();
  void sideRails();
  void taken();
  void ends();
  void captions();
  void posts();
  void axis();
  void siding();
  [[nodiscard]] double x(double ms) const;
  [[nodiscard]] double railY(int tier) const;
  [[nodiscard]] double climb() const;  // horizontal length of a 60° switch
  [[nodiscard]] double runEndX(std::size_t run) const;
  [[nodiscard]] QColor colour(int tier) const;
  QRectF words(double at, double baseline, const QString& text, Tone tone, Qt::Alignment side, bool bold = false);

  QPainter& painter_;
  const Way& way_;
  const Theme& t_;
  Metrics m_;
  double u_, left_, right_, span_ = 1;
  std::vector<Run> runs_;
};

}  // namespace signalbox::ui
