// SPDX-License-Identifier: GPL-3.0-only
// The row of large numbers at the head of a page: label, value with its interval, and beneath what it rests on. Cells share
// the width by what they need; where they need more they stand on two lines, and then whole cells are left out, never digits.
// GUI thread.
#pragma once
#include <QRect>
#include <QString>
#include <QWidget>
#include <optional>
#include <vector>

#include "theme/text_run.h"

namespace signalbox::ui {

struct HeadlineNumber {
  QString label;
  QString value;              // formatted; what is not known is "–" or a word such as "ungraded"
  QString interval{};         // "± 0.6" or "[…]"
  TextLine basis{};           // "n 30,135 graded", "7.3% graded  ▾ 8.2% on the day before"
  QString tooltip{};          // the definition, or why it is not known
  bool hero = false;          // the first number of the page
  bool word = false;          // value is a word, not a number: set in the size of a heading
  bool stale = false;
  std::optional<TierKey> tier{};  // its glyph stands before the value
};

class HeadlineStrip : public QWidget {
  Q_OBJECT
 public:
  explicit HeadlineStrip(QWidget* parent = nullptr);

  void setNumbers(std::vector<HeadlineNumber> numbers);
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override;
  [[nodiscard]] int heightForWidth(int width) const override;
  // Where the numbers stand in a strip of that width, left to right; fewer than there are where not all fit.
  [[nodiscard]] std::vector<QRect> cellsFor(int width) const;
  [[nodiscard]] QString tipAt(QPoint position) const;  // the number in words, then its definition

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  bool event(QEvent* event) override;

 private:
  void placeRow(std::vector<QRect>& cells, const std::vector<double>& need, int width, int top) const;
  void paintCell(QPainter& painter, const HeadlineNumber& number, const QRect& cell) const;
  [[nodiscard]] int rowHeight() const;
  void fit();
  std::vector<HeadlineNumber> numbers_;
};

}  // namespace signalbox::ui
