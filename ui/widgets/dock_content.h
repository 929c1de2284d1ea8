// SPDX-License-Identifier: GPL-3.0-only
// What stands in a right dock. The shell puts a title bar over it: name bold, then the note, then this widget's actions as
// small icons, float and close. Owned by its page.
#pragma once
#include <QWidget>

namespace signalbox::ui {

class DockContent : public QWidget {
  Q_OBJECT
 public:
  explicit DockContent(const QString& title, QWidget* parent = nullptr);

  [[nodiscard]] QString title() const { return windowTitle(); }
  [[nodiscard]] QString note() const { return note_; }
  void setNote(const QString& note);  // "6 of 200,000 in window"
  // Share of the dock's height among several, like a layout stretch; 0 = as high as its size hint.
  void setStretch(int stretch) { stretch_ = stretch; }
  [[nodiscard]] int stretch() const { return stretch_; }
  void setWidthHint(int width) { widthHint_ = width; }  // 0 = the default
  [[nodiscard]] int widthHint() const { return widthHint_; }

 Q_SIGNALS:
  void noteChanged();

 private:
  QString note_;
  int stretch_ = 1;
  int widthHint_ = 0;
};

}  // namespace signalbox::ui
