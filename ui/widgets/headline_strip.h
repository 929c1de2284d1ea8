// SPDX-License-Identifier: GPL-3.0-only
// The row of large numbers at the head of a page: label, value with its interval, and beneath what it rests on. Cells share
// the width by what they need; they elide, never clip. GUI thread.
#pragma once
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

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool event(QEvent* event) override;

 private:
  [[nodiscard]] std::vector<int> cellWidths() const;
  [[nodiscard]] int tall() const;
  std::vector<HeadlineNumber> numbers_;
};

}  // namespace signalbox::ui
