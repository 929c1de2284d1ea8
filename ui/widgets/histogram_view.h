// SPDX-License-Identifier: GPL-3.0-only
// How values are spread, as bars of equal width, with a share of each bar told apart (escalated among all). Over time it is the
// brush of the Decisions page: a drag chooses a range. Values in, signals out.
#pragma once
#include <QWidget>
#include <functional>
#include <optional>
#include <vector>

namespace signalbox::ui {

class HistogramView : public QWidget {
  Q_OBJECT
 public:
  explicit HistogramView(QWidget* parent = nullptr);

  // `part` is of the same length or empty; drawn in ink over the grey of the whole.
  void setBins(double minimum, double maximum, std::vector<double> whole, std::vector<double> part = {});
  struct Tick {
    double at = 0;
    QString text;
    bool strong = false;
  };
  void setTicks(std::vector<Tick> ticks);  // on the lower axis; empty = round values
  void setMarks(std::vector<Tick> marks);  // dashed lines with a flag
  void setCountFormat(std::function<QString(double)> format) { countFormat_ = std::move(format), update(); }
  void setBrushable(bool brushable);       // a drag chooses a range
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override;

 Q_SIGNALS:
  void rangeChosen(double from, double to);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  [[nodiscard]] QRectF plot() const;
  [[nodiscard]] double x(double value) const;
  [[nodiscard]] double valueAt(double px) const;
  double minimum_ = 0, maximum_ = 1;
  std::vector<double> whole_, part_;
  std::vector<Tick> ticks_, marks_;
  std::function<QString(double)> countFormat_;
  bool brushable_ = false;
  std::optional<double> from_, to_;
};

}  // namespace signalbox::ui
