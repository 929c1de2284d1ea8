// SPDX-License-Identifier: GPL-3.0-only
// Draws a ChartModel: the static layer (frame, data, markers, names) and what lies over it (cursor, brush, header values).
// Made for one paint; internal to ui/widgets.
#pragma once
#include "theme/theme.h"
#include "widgets/chart_columns.h"
#include "widgets/chart_model.h"

class QPainter;

namespace signalbox::ui {

class ChartPainter {
 public:
  ChartPainter(QPainter& painter, const ChartModel& model, const ChartLayout& layout, const Theme& theme);

  void paintStatic();
  void paintCursor(std::optional<qint64> time);
  void paintBrush(const ChartCursor::Brush& brush);
  void paintHeader(std::optional<qint64> time);
  void paintFocus();

 private:
  // chart_painter.cpp
  void frame();
  void timeAxis();
  void message();
  void markers();
  void gaps();
  // chart_plot.cpp
  void plot();
  void lines();
  void stroke(const QPolygonF& run, bool dashed);
  void dot(const QPointF& at, const QColor& ink, double width);
  void line(const Series& series, const PlotPoints& points);
  void band(const PlotPoints& points, const QColor& colour, double alpha);
  void controlLimits();
  void limitLines();
  void shares();
  void bars();
  // chart_names.cpp
  void names();
  struct Name {
    double wanted = 0, y = 0, height = 0;
    QString text, second;
    Tone tone = Tone::Text;
    bool bold = false;
    std::optional<TierKey> tier{};
    std::optional<LineRole> swatch{};  // of bars that are no tier's
  };
  [[nodiscard]] std::vector<Name> collectNames() const;

  [[nodiscard]] int columns() const;
  [[nodiscard]] double px(double position) const { return l_.plot.left() + position * columnWidth_; }
  [[nodiscard]] QColor inkOf(LineRole role) const;
  [[nodiscard]] static double widthOf(LineRole role);
  [[nodiscard]] bool stale() const { return model_.state == ChartState::Stale; }
  [[nodiscard]] bool inGap(qint64 from, qint64 to) const;
  [[nodiscard]] TextLine readout(qint64 time, bool named) const;

  QPainter& painter_;
  const ChartModel& model_;
  const ChartLayout& l_;
  const Theme& t_;
  double u_;
  double columnWidth_ = 1;  // logical
};

}  // namespace signalbox::ui
