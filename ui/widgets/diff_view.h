// SPDX-License-Identifier: GPL-3.0-only
// Lines of a document with what was taken out and what was put in. Plain lines in; scrolls by itself.
#pragma once
#include <QAbstractScrollArea>
#include <vector>

namespace signalbox::ui {

struct DiffLine {
  enum class Kind { Same, Removed, Added };
  Kind kind = Kind::Same;
  int number = 0;  // 0 = none
  QString text;
};

class DiffView : public QAbstractScrollArea {
  Q_OBJECT
 public:
  explicit DiffView(QWidget* parent = nullptr);

  void setLines(std::vector<DiffLine> lines);
  void setVisibleLines(int lines) { visible_ = lines, updateGeometry(); }  // of the size hint
  [[nodiscard]] const std::vector<DiffLine>& lines() const { return lines_; }
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] int heightFor(int width) const;  // the visible lines, with the scroll bar that the widest of all needs there

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  bool event(QEvent* event) override;

 private:
  [[nodiscard]] int lineHeight() const;
  [[nodiscard]] int contentWidth() const;
  void fit();
  std::vector<DiffLine> lines_;
  int visible_ = 8;
};

}  // namespace signalbox::ui
