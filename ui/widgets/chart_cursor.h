// SPDX-License-Identifier: GPL-3.0-only
// What the charts of one page share: the time under the cursor, the range being dragged, and common margins, so that time
// lines up between them. Owned by the page, which also answers rangeChosen and backRequested. GUI thread.
#pragma once
#include <QHash>
#include <QObject>
#include <optional>

namespace signalbox::ui {

struct ChartMargins {
  int left = 0;
  int right = 0;
  friend bool operator==(const ChartMargins&, const ChartMargins&) = default;
};

class ChartCursor : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;

  [[nodiscard]] std::optional<qint64> time() const { return time_; }  // µs UTC
  void setTime(std::optional<qint64> time);

  struct Brush {
    qint64 since = 0, until = 0;
    friend bool operator==(const Brush&, const Brush&) = default;
  };
  [[nodiscard]] std::optional<Brush> brush() const { return brush_; }
  void setBrush(std::optional<Brush> brush);
  void chooseRange(qint64 since, qint64 until);  // the hand was lifted: half-open [since, until)
  void requestBack();                            // double-click: the range before

  // Charts say what they need; all get the largest. A chart that goes takes its needs with it.
  void needMargins(QObject* chart, ChartMargins needed);
  [[nodiscard]] ChartMargins margins() const { return margins_; }

 Q_SIGNALS:
  void timeMoved();
  void brushMoved();
  void marginsChanged();
  void rangeChosen(qint64 since, qint64 until);
  void backRequested();

 private:
  void gatherMargins();

  std::optional<qint64> time_;
  std::optional<Brush> brush_;
  QHash<QObject*, ChartMargins> needs_;
  ChartMargins margins_;
};

}  // namespace signalbox::ui
