// SPDX-License-Identifier: GPL-3.0-only
// A chart over time: header, value axis, gridlines, lines, areas or bars, names at the line's end, markers, limits, gaps, and
// the cursor shared with the page's other charts. At most one column per device pixel is drawn, whatever the data's length;
// all but cursor, brush and focus is cached. Values in, signals out; GUI thread.
#pragma once
#include <QPixmap>
#include <QPointer>
#include <QTimeZone>
#include <QWidget>
#include <memory>

#include "widgets/chart_cursor.h"
#include "widgets/time_series.h"

class QPushButton;

namespace signalbox::ui {

struct ChartLayout;
struct ChartModel;
class ChartTable;

class TimeSeriesView : public QWidget {
  Q_OBJECT
 public:
  explicit TimeSeriesView(QWidget* parent = nullptr);
  ~TimeSeriesView() override;

  // Header: name bold, note, and right-aligned what holds when there is no cursor.
  void setTitle(const QString& title, const QString& note = {});
  // Said by every copy of the data: "Sample, simulated traffic"; empty = measured.
  void setProvenance(const QString& words);
  void setHeadline(const TextLine& headline);
  [[nodiscard]] QString title() const;

  void setRange(qint64 since, qint64 until);  // µs UTC, half-open
  void setTimeZone(const QTimeZone& zone);
  void setAxis(ValueAxis axis);
  void setPlotKind(PlotKind kind, qint64 barWidth = 0);
  void setSeries(std::vector<Series> series);
  void setControlLimits(std::optional<ControlLimits> limits);
  void setLimitLines(std::vector<LimitLine> lines);
  void setMarkers(std::vector<Marker> markers);
  void setGaps(std::vector<GapRange> gaps);
  // `message` and `action` are for the states that need words; `lastEvent` is where Stale begins.
  void setState(ChartState state, const QString& message = {}, const QString& action = {}, qint64 lastEvent = 0);
  [[nodiscard]] ChartState state() const;

  void setCursor(ChartCursor* cursor);  // shared; not owned
  using QWidget::setCursor;
  void setShowsTimeTag(bool shows);     // the bottom row of a page writes the cursor's time on its axis
  void setShowsTimeAxis(bool shows);

  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override;

  [[nodiscard]] const std::vector<Series>& series() const;
  [[nodiscard]] const std::vector<Marker>& markers() const;
  [[nodiscard]] QTimeZone timeZone() const;
  [[nodiscard]] QString formatValue(double value) const;
  [[nodiscard]] qint64 since() const;
  [[nodiscard]] qint64 until() const;
  void showTable();  // the same data as a table, in a window of its own

 Q_SIGNALS:
  void markerActivated(const QString& label);
  void actionTriggered();   // of an empty, filtered or stale state
  void tableShown();        // "View as table": Ctrl+T or the icon in the header

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  bool event(QEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void invalidate();
  void updateMargins();
  void describe();
  void placeAction();
  void moveCursorTo(double x);
  void stepCursor(int samples);
  [[nodiscard]] ChartLayout layoutNow() const;
  [[nodiscard]] std::optional<qint64> cursorTime() const;

  std::unique_ptr<ChartModel> model_;
  QPointer<ChartCursor> cursor_;
  QPointer<QPushButton> action_;
  QPointer<ChartTable> table_;
  QPixmap staticLayer_;
  ChartMargins own_;
  std::optional<qint64> dragFrom_;
  QPointF pressAt_;
};

}  // namespace signalbox::ui
